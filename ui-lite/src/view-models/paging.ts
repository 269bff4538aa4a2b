export interface PagingView {
  /** `1–50 of 86`. */
  range: string;
  page: number;
  pages: number;
  previous: string | undefined;
  next: string | undefined;
  /** Page numbers with gaps as `undefined`; empty when there is one page. */
  links: readonly ({ page: number; href: string; current: boolean } | undefined)[];
}

/** Rows per page: a list that is scanned by eye and still sent in one piece. */
export const pageSize = 50;

/** The last page that has rows; at least 1. */
export function lastPage(total: number): number {
  return Math.max(1, Math.ceil(total / pageSize));
}

export function pagingView(total: number, page: number, href: (page: number) => string): PagingView {
  const pages = lastPage(total);
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(total, page * pageSize);
  const number = (value: number) => value.toLocaleString('en-US');
  const numbers = pages === 1 ? [] : shownPages(page, pages);
  return {
    range: total === 0 ? '0' : `${number(first)}–${number(last)} of ${number(total)}`,
    page,
    pages,
    previous: page > 1 ? href(page - 1) : undefined,
    next: page < pages ? href(page + 1) : undefined,
    links: numbers.map((each) =>
      each === undefined ? undefined : { page: each, href: href(each), current: each === page },
    ),
  };
}

/** First, last and the neighbours of the current page; one missing number is shown instead of a gap. */
function shownPages(page: number, pages: number): (number | undefined)[] {
  const wanted = [1, page - 1, page, page + 1, pages].filter((each) => each >= 1 && each <= pages);
  const sorted = [...new Set(wanted)].sort((a, b) => a - b);
  return sorted.flatMap((each, index) => {
    const before = sorted[index - 1] ?? each - 1;
    if (each - before === 2) return [each - 1, each];
    return each - before > 2 ? [undefined, each] : [each];
  });
}
