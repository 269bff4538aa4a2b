import { timeView, type TimeView } from './times.ts';

/** How one watched resource of the cluster is doing; the shape of the runtime's source status that pages need. */
export interface SourceState {
  /** `pods`, `components.portolan.dev`. */
  resource: string;
  connected: boolean;
  synced: boolean;
  reason?: string | undefined;
  /** ISO 8601: since when it is like this. */
  since: string;
}

export interface SourceNotice {
  tone: 'warning' | 'info';
  title: string;
  detail: string;
  since: TimeView | undefined;
}

/** What has a line of its own in the banner. */
const named = new Set(['Forbidden', 'NotInstalled', 'Silent']);

/** The banner's lines: one for what is away, one for what is refused, one for what is still loading. */
export function sourceNotices(sources: readonly SourceState[], nowMs: number): SourceNotice[] {
  const notices: SourceNotice[] = [];
  const add = (states: readonly SourceState[], tone: SourceNotice['tone'], title: string, detail: string) => {
    if (states.length > 0) {
      notices.push({ tone, title, detail: `${listed(distinct(states))}: ${detail}`, since: earliest(states, nowMs) });
    }
  };
  const broken = sources.filter((source) => !source.connected);
  const away = broken.filter((source) => !named.has(source.reason ?? ''));
  add(
    away,
    'warning',
    'The cluster cannot be reached',
    'pages show the last known state, and health that depends on it reads Unknown until it is back.',
  );
  add(
    broken.filter((source) => source.reason === 'Silent'),
    'warning',
    'Nobody looks at what runs',
    'health reads Unknown until it is back.',
  );
  add(
    broken.filter((source) => source.reason === 'Forbidden'),
    'warning',
    'Portolan may not read everything it needs',
    'health that depends on it is Unknown. Grant list and watch to Portolan’s service account.',
  );
  add(
    broken.filter((source) => source.reason === 'NotInstalled'),
    'warning',
    'A resource is not installed in the cluster',
    'what depends on it is not shown.',
  );
  add(
    sources.filter((source) => source.connected && !source.synced),
    'info',
    'Still loading from the cluster',
    'counts grow until loading is complete.',
  );
  return notices;
}

function distinct(sources: readonly SourceState[]): string[] {
  return [...new Set(sources.map((source) => source.resource))].sort();
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}

function earliest(sources: readonly SourceState[], nowMs: number): TimeView | undefined {
  const first = sources.map((source) => source.since).sort()[0];
  return timeView(first, nowMs);
}
