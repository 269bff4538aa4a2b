/** Adds to pages that work without it: a shortcut to the search, lists that sort on change, copy buttons. */

const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const search = document.querySelector('[data-search]');
  if (!(search instanceof HTMLInputElement)) return;
  event.preventDefault();
  search.focus();
  search.select();
});

for (const select of document.querySelectorAll('select[data-submit]')) {
  select.addEventListener('change', () => select.closest('form')?.requestSubmit());
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      void navigator.clipboard.writeText(button.dataset.copy ?? '').then(() => {
        button.dataset.copied = 'true';
        setTimeout(() => delete button.dataset.copied, 1500);
      });
    });
  }
}
