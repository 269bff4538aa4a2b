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

// On the document, because what is on the page may come and go.
document.addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement && 'submit' in event.target.dataset) {
    event.target.closest('form')?.requestSubmit();
  }
});

if (navigator.clipboard) {
  // Shows the buttons: see `.copy`.
  document.documentElement.dataset.copies = '';
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    if (!(button instanceof HTMLButtonElement)) return;
    void navigator.clipboard.writeText(button.dataset.copy ?? '').then(() => {
      button.dataset.copied = 'true';
      setTimeout(() => delete button.dataset.copied, 1500);
    });
  });
}
