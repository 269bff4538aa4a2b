export { uiPlugin, type UiOptions } from './plugin.ts';
export type { SourceState } from './view-models/sources.ts';
export type { PageEvents } from './view-models/live.ts';
