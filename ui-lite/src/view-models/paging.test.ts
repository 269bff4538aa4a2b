import { describe, expect, it } from 'vitest';
import { pagingView } from './paging.ts';

const href = (page: number) => `?page=${page}`;
const numbers = (total: number, page: number) => pagingView(total, page, href).links.map((link) => link?.page ?? '…');

describe('paging', () => {
  it('says which rows these are', () => {
    expect(pagingView(86, 1, href).range).toBe('1–50 of 86');
    expect(pagingView(86, 2, href).range).toBe('51–86 of 86');
    expect(pagingView(12_345, 3, href).range).toBe('101–150 of 12,345');
    expect(pagingView(0, 1, href).range).toBe('0');
  });

  it('has no links for a single page', () => {
    expect(pagingView(50, 1, href)).toMatchObject({ links: [], previous: undefined, next: undefined });
  });

  it('links to the neighbours, and to nothing beyond the ends', () => {
    expect(pagingView(120, 1, href)).toMatchObject({ previous: undefined, next: '?page=2' });
    expect(pagingView(120, 3, href)).toMatchObject({ previous: '?page=2', next: undefined });
  });

  it('shows the ends and the neighbours, and never a gap for one page', () => {
    expect(numbers(500, 1)).toEqual([1, 2, '…', 10]);
    expect(numbers(500, 5)).toEqual([1, '…', 4, 5, 6, '…', 10]);
    expect(numbers(500, 4)).toEqual([1, 2, 3, 4, 5, '…', 10]);
    expect(numbers(150, 2)).toEqual([1, 2, 3]);
  });
});
