import { apiGroup, kindInfo } from '@portolan/crds';

/** How a kind is shown. `icon` names a symbol of the sprite. */
export interface KindView {
  kind: string;
  label: string;
  plural: string;
  icon: string;
}

const views: Readonly<Record<string, KindView>> = {
  component: { kind: 'component', label: 'Component', plural: 'Components', icon: 'component' },
  api: { kind: 'api', label: 'API', plural: 'APIs', icon: 'api' },
  resource: { kind: 'resource', label: 'Resource', plural: 'Resources', icon: 'resource' },
  system: { kind: 'system', label: 'System', plural: 'Systems', icon: 'system' },
  domain: { kind: 'domain', label: 'Domain', plural: 'Domains', icon: 'domain' },
  group: { kind: 'group', label: 'Group', plural: 'Groups', icon: 'group' },
  user: { kind: 'user', label: 'User', plural: 'Users', icon: 'user' },
};

/** Any spelling of a kind; one that Portolan does not know keeps its name. */
export function kindView(kind: string): KindView {
  const key = kind.toLowerCase();
  return (
    (Object.hasOwn(views, key) ? views[key] : undefined) ?? { kind: key, label: kind, plural: kind, icon: 'entity' }
  );
}

/** The kinds in reading order, as the filter lists them. */
export const kindOrder: readonly string[] = Object.keys(views);

/**
 * The full resource name for kubectl: `users.portolan.dev`, because plain `users` or `groups` may be another
 * vendor's kind in the same cluster.
 */
export function resourceName(kind: string): string | undefined {
  const info = kindInfo(kind);
  return info === undefined ? undefined : `${info.plural}.${apiGroup}`;
}
