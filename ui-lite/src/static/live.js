/**
 * Keeps a page up to date. The server says over an event stream that something on it has changed; the page then reads
 * itself anew and changes in place what differs, so that scroll, focus, selection, what is open and what is typed
 * stay. A hidden page is not connected. Everything works without this file.
 */

/** Reads follow each other after this long at least. */
const readEveryMs = 1_000;
/** Several hints of one moment are one read. */
const gatherMs = 100;
const readTimeoutMs = 15_000;
/** After a read that failed: what it would have shown is still not there. */
const readAgainMs = { first: 2_000, longest: 60_000 };
const connectAgainMs = { first: 5_000, longest: 60_000 };
/** How long a change is marked. */
const markedMs = 4_000;
/** The parts of a page that the server writes anew; what is around them belongs to the browser. */
const parts = ['notices', 'mainnav', 'main'];

const own = document.getElementById('live-script')?.dataset ?? {};
/** So that "2 min ago" does not grow old, and for what no hint covers. */
const refreshMs = Number(own.refresh || 60_000);
const button = document.getElementById('live');
const said = document.getElementById('live-said');

const words = {
  connecting: ['Connecting', 'Connecting for live updates'],
  live: ['Live', 'This page updates by itself. Press to pause'],
  paused: ['Paused', 'This page does not update. Press to go on'],
  reconnecting: ['Reconnecting', 'The connection is lost and tried again; what is shown may be old. Press to pause'],
  outdated: ['New version', 'Portolan itself was updated. Press to load this page anew'],
};

let state = 'connecting';
/** The last that this page knows of: where the next stream goes on. */
let mark = own.mark;
let stream;
let failures = 0;
let connectTimer;
let readTimer;
let isReading = false;
let failedReads = 0;
let readAt = Date.now();

function show(next) {
  state = next;
  const [word, title] = words[state];
  button.dataset.state = state;
  button.title = title;
  button.querySelector('.live-word').textContent = word;
}

function connect() {
  disconnect();
  if (state === 'paused' || state === 'outdated' || document.hidden) return;
  const query = new URLSearchParams(own.query);
  query.set('after', mark);
  stream = new EventSource(`${own.events}?${query}`);
  stream.addEventListener('open', () => {
    failures = 0;
    // What is shown is old until a read succeeds.
    show(failedReads > 0 ? 'reconnecting' : 'live');
    if (failedReads > 0) readSoon();
  });
  stream.addEventListener('error', () => {
    show('reconnecting');
    // The browser comes again by itself unless the server refused.
    if (stream?.readyState === EventSource.CLOSED) connectLater();
  });
  for (const type of ['ready', 'changed', 'elsewhere', 'reset']) {
    stream.addEventListener(type, (event) => {
      mark = event.lastEventId;
      if (type !== 'ready') readSoon();
    });
  }
}

function connectLater() {
  disconnect();
  const waitMs = Math.min(connectAgainMs.longest, connectAgainMs.first * 2 ** failures++);
  connectTimer = setTimeout(connect, waitMs);
}

function disconnect() {
  clearTimeout(connectTimer);
  stream?.close();
  stream = undefined;
}

function readSoon() {
  if (readTimer !== undefined || isReading || state === 'paused' || document.hidden) return;
  const pauseMs =
    failedReads === 0 ? readEveryMs : Math.min(readAgainMs.longest, readAgainMs.first * 2 ** (failedReads - 1));
  const waitMs = Math.max(gatherMs, readAt + pauseMs - Date.now());
  readTimer = setTimeout(() => {
    readTimer = undefined;
    void read();
  }, waitMs);
}

async function read() {
  isReading = true;
  const markOfRead = mark;
  try {
    const answer = await fetch(location.href, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(readTimeoutMs),
    });
    // A page that is gone says so; anything else that fails is no news about what is shown.
    if (!answer.ok && answer.status !== 404) throw new Error(`answered ${answer.status}`);
    await update(await answer.text());
    failedReads = 0;
    if (state === 'reconnecting' && stream?.readyState === EventSource.OPEN) show('live');
  } catch {
    failedReads++;
    if (state === 'live') show('reconnecting');
  }
  isReading = false;
  readAt = Date.now();
  if (mark !== markOfRead || failedReads > 0) readSoon();
}

async function update(html) {
  const next = new DOMParser().parseFromString(html, 'text/html');
  if (stylesheetOf(next) !== stylesheetOf(document)) {
    disconnect();
    show('outdated');
    return;
  }
  const { Idiomorph } = await import(own.morph);
  if (state === 'paused') return;
  const before = saidNow();
  const { activeElement } = document;
  for (const id of parts) {
    const [from, to] = [document.getElementById(id), next.getElementById(id)];
    if (from && to) Idiomorph.morph(from, to, { morphStyle: 'outerHTML', restoreFocus: true, callbacks });
  }
  document.title = next.title;
  // What had the focus is gone; the keyboard goes on from where it was, not from the top.
  if (activeElement !== document.activeElement && !activeElement.isConnected) {
    document.getElementById('main').focus({ preventScroll: true });
  }
  tell(before);
}

function stylesheetOf(page) {
  return page.querySelector('link[rel="stylesheet"]')?.getAttribute('href');
}

/** What the reader opened or closed: it stays so, whatever the server would open. */
const handled = new WeakSet();
document.addEventListener('click', (event) => {
  const summary = event.target instanceof Element ? event.target.closest('summary') : null;
  if (summary?.parentElement) handled.add(summary.parentElement);
});

const callbacks = {
  beforeAttributeUpdated: (name, element) => {
    if (name === 'open') return !handled.has(element);
    // What is typed, ticked or chosen is the reader's; the mark of a change is this file's.
    return !['value', 'checked', 'selected', 'data-changed', 'data-copied'].includes(name);
  },
};

/** What the page says of each entity and object, by key. */
function saidNow() {
  return new Map([...document.querySelectorAll('[data-says]')].map((each) => [each.dataset.key, each.dataset.says]));
}

/** Marks what says something else than before, and has it read out once it is quiet. */
function tell(before) {
  const news = new Set();
  for (const element of document.querySelectorAll('[data-says]')) {
    const { key, says } = element.dataset;
    if (before.get(key) === says) continue;
    news.add(says);
    element.dataset.changed = '';
    setTimeout(() => delete element.dataset.changed, markedMs);
  }
  if (news.size === 0) return;
  const first = [...news].slice(0, 3).join('. ');
  said.textContent = news.size > 3 ? `${news.size} changes. ${first}` : first;
}

/** Only for this tab, and only where the browser keeps anything. */
function remember(isPaused) {
  try {
    sessionStorage.setItem('live', isPaused ? 'paused' : '');
  } catch {
    // Then the next page is live again.
  }
}

function wasPaused() {
  try {
    return sessionStorage.getItem('live') === 'paused';
  } catch {
    return false;
  }
}

button.addEventListener('click', () => {
  if (state === 'outdated') {
    location.reload();
    return;
  }
  const isPaused = state !== 'paused';
  remember(isPaused);
  show(isPaused ? 'paused' : 'connecting');
  connect();
});
document.addEventListener('visibilitychange', () => {
  connect();
  if (!document.hidden && Date.now() - readAt > refreshMs) readSoon();
});
addEventListener('pagehide', disconnect);
addEventListener('pageshow', (event) => {
  if (event.persisted) connect();
});
setInterval(() => {
  if (state === 'live' && Date.now() - readAt > refreshMs) readSoon();
}, refreshMs / 4);

button.hidden = false;
show(wasPaused() ? 'paused' : 'connecting');
connect();
