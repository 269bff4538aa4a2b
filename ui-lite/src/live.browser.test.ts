import type { ReadRuntimeTree } from '@portolan/api';
import type { Catalog } from '@portolan/catalog';
import type { EntityResource, Verdict } from '@portolan/crds';
import type { FastifyInstance } from 'fastify';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testCompany } from './testing/company.ts';
import { minutesAgo } from './testing/resources.ts';
import { gatewayTree, readTestRuntime } from './testing/runtime-trees.ts';
import { catalogOf, createLiveServer } from './testing/ui-server.ts';

const executablePath = process.env['PORTOLAN_CHROMIUM'] ?? '/usr/bin/chromium';
const gateway = '/catalog/payments/component/payment-gateway';

let browser: Browser;
let server: FastifyInstance | undefined;
let catalog: Catalog;
let origin: string;
let faults: string[] = [];
/** Reads of pages by their script. */
let reads = 0;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  catalog = catalogOf(testCompany());
  await serve();
  reads = 0;
});

/** Instead of the server that runs. */
async function serve(options: Parameters<typeof createLiveServer>[1] = {}): Promise<void> {
  await server?.close();
  server = await createLiveServer(catalog, options);
  origin = await server.listen({ host: '127.0.0.1', port: 0 });
}

/** What runs of the gateway, until its last settlement fails. */
function createChangingTree(): { read: ReadRuntimeTree; breakCronJob: () => void } {
  let isBroken = false;
  const roots = () =>
    gatewayTree.roots.map((root) =>
      isBroken && root.kind === 'CronJob'
        ? { ...root, verdict: 'Degraded' as const, reason: 'LastRunFailed', message: 'The last run failed.' }
        : root,
    );
  return {
    read: async () => ({ ...gatewayTree, roots: roots() }),
    breakCronJob: () => {
      isBroken = true;
    },
  };
}

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await server?.close();
  server = undefined;
  expect(faults).toEqual([]);
  faults = [];
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 700 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/404|ERR_|Failed to load/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') reads++;
    if (!request.url().startsWith(origin)) faults.push(`asked ${request.url()}`);
  });
  await page.goto(`${origin}${path}`);
  if (options.javaScriptEnabled !== false) await page.locator('#live[data-state=live]').waitFor();
  return page;
}

let version = 100;
const find = (name: string): EntityResource => {
  const found = testCompany().find(({ kind, metadata }) => kind === 'Component' && metadata.name === name);
  if (found === undefined) throw new TypeError(`no component ${name}`);
  return found;
};

/** The operator's next status of a component. */
function setHealth(name: string, verdict: Verdict, reason: string): void {
  const resource = find(name);
  const health = { ...resource.status?.health, verdict, reason, message: `It is ${reason}.`, since: minutesAgo(0) };
  const metadata = { ...resource.metadata, resourceVersion: String(version++) };
  catalog.apply([{ type: 'upsert', resource: { ...resource, metadata, status: { ...resource.status, health } } }]);
}

const text = (page: Page, script: string): Promise<string> => page.evaluate(script);

describe('an update', () => {
  it('shows what has changed, says it and leaves scroll, focus, selection, open parts and typed text', async () => {
    const page = await open(gateway);
    await page.getByText('Show the entity as the catalog serves it').click();
    await page.getByText('Look closer').nth(1).click();
    await page.getByLabel('Search the catalog').fill('half a wo');
    await page.evaluate(`(() => {
      const title = document.querySelector('h1').firstChild;
      getSelection().setBaseAndExtent(title, 0, title, 7);
    })()`);
    await page.locator('#relations').evaluate((element) => element.scrollIntoView());
    await page.locator('.related-title[href]').first().focus();
    // Where the eye is, not the number: the browser scrolls along when what is above grows.
    const place = 'String(document.activeElement.getBoundingClientRect().top)';
    const before = await text(page, place);
    expect(Number(await text(page, 'String(scrollY)'))).toBeGreaterThan(200);

    setHealth('payment-gateway', 'Progressing', 'RollingOut');
    await page.locator('.entity-head .badge', { hasText: 'Progressing' }).waitFor();
    await page
      .locator('#live-said', { hasText: 'Payment Gateway: Progressing, RollingOut' })
      .waitFor({ state: 'attached' });

    expect(await text(page, place)).toBe(before);
    expect(await text(page, 'document.activeElement.className')).toBe('related-title');
    expect(await text(page, 'String(getSelection())')).toBe('Payment');
    expect(await page.getByLabel('Search the catalog').inputValue()).toBe('half a wo');
    const open_ = 'String([...document.querySelectorAll("details[open]")].map((e) => e.innerText.split("\\n")[0]))';
    expect(await text(page, open_)).toBe('Look closer,Show the entity as the catalog serves it');
    expect(await page.locator('.evidence details').nth(1).getAttribute('open')).toBe('');
  });

  it('keeps what is typed into the search of a list, with the cursor, while rows come and go', async () => {
    const page = await open('/catalog?health=degraded');
    const search = page.getByLabel(/^Search names/);
    await search.fill('pay');
    await search.press('ArrowLeft');
    expect(await page.getByRole('row').count()).toBe(3);
    setHealth('ledger', 'Degraded', 'CrashLoop');
    await page.getByRole('row', { name: /Ledger/ }).waitFor();
    setHealth('recommendations', 'Healthy', 'Ready');
    await page.getByRole('row', { name: /recommendations/ }).waitFor({ state: 'detached' });
    expect(await search.inputValue()).toBe('pay');
    expect(await text(page, 'document.activeElement.id + document.activeElement.selectionStart')).toBe('q2');
    expect(await page.getByRole('row').count()).toBe(3);
  });

  it('moves the focus to the content when what had it is gone', async () => {
    const page = await open('/catalog?health=degraded');
    await page.getByRole('link', { name: 'Recommendations' }).focus();
    setHealth('recommendations', 'Healthy', 'Ready');
    await page.getByRole('row', { name: /recommendations/ }).waitFor({ state: 'detached' });
    expect(await text(page, 'document.activeElement.id')).toBe('main');
  });

  it('says that an entity is gone, and shows it when it is back', async () => {
    const page = await open('/catalog/commerce/component/loyalty');
    const loyalty = find('loyalty');
    catalog.apply([{ type: 'delete', uid: loyalty.metadata.uid }]);
    await page.getByRole('heading', { name: /There is no/ }).waitFor();
    catalog.apply([{ type: 'upsert', resource: loyalty }]);
    await page.getByRole('heading', { level: 1, name: 'loyalty' }).waitFor();
  });

  it('makes copy buttons work that were not there before', async () => {
    const page = await open('/catalog/payments/component/ledger', {
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    const resource = find('ledger');
    const nextStep = { text: 'Look.', command: 'kubectl get pods -n payments' };
    const health = { verdict: 'Degraded' as const, reason: 'X', message: 'm', since: minutesAgo(0), nextStep };
    const metadata = { ...resource.metadata, resourceVersion: 'n' };
    catalog.apply([{ type: 'upsert', resource: { ...resource, metadata, status: { ...resource.status, health } } }]);
    await page.locator('.next-step').getByRole('button', { name: 'Copy command' }).click();
    expect(await text(page, 'navigator.clipboard.readText()')).toBe('kubectl get pods -n payments');
  });

  it('of something else is not read for', async () => {
    const page = await open('/catalog/org/user/ada.lindqvist');
    const before = reads;
    setHealth('ledger', 'Degraded', 'CrashLoop');
    setHealth('search', 'Healthy', 'Ready');
    // The stream of another page proves that the hub has told by now.
    const other = await open('/catalog/payments/component/ledger');
    setHealth('ledger', 'Healthy', 'Ready');
    await other.locator('.entity-head .badge', { hasText: 'Healthy' }).waitFor();
    expect(reads - before).toBeLessThanOrEqual(2);
    await page.close();
  });
});

describe('what runs', () => {
  const url = `${gateway}/runtime`;
  const node = (name: string) => `.node[data-key$="${name}"]`;

  it('stays folded as the reader left it, while what is in trouble unfolds by itself', async () => {
    const trees = createChangingTree();
    await serve({ runtime: trees.read });
    const page = await open(url);
    const [shut, opened] = [node('payment-gateway-6b7f9c6d4-x2klp'), node('payment-gateway-6b7f9c6d4-qm8dz')];
    await page.locator(`${shut} > summary`).click();
    await page.locator(`${opened} > summary`).click();
    trees.breakCronJob();
    setHealth('payment-gateway', 'Degraded', 'LastRunFailed');
    await page.locator(node('payment-gateway-settlement'), { hasText: 'LastRunFailed' }).waitFor();
    const isOpen = (selector: string) => page.locator(selector).evaluate((each) => each.hasAttribute('open'));
    expect(await isOpen(shut)).toBe(false);
    expect(await isOpen(opened)).toBe(true);
    expect(await isOpen(node('payment-gateway-settlement'))).toBe(true);
    expect(await page.locator('#live-said').innerText()).toContain('CronJob payment-gateway-settlement: Degraded');
  });

  it('can be unfolded without JavaScript, and every fold is reached by the keyboard', async () => {
    await serve({ runtime: readTestRuntime });
    const page = await open(url, { javaScriptEnabled: false });
    const old = page.locator(`${node('payment-gateway-5d8c7b9f6')} > summary`);
    expect(await page.getByText('payment-gateway-5d8c7b9f6-hh2pn').isVisible()).toBe(false);
    await old.focus();
    await page.keyboard.press('Enter');
    expect(await page.getByText('payment-gateway-5d8c7b9f6-hh2pn').isVisible()).toBe(true);
    await page.getByRole('link', { name: 'Overview' }).click();
    expect(page.url()).toBe(`${origin}${gateway}`);
  });
});

describe('what is broken', () => {
  it('goes from the page when it works again, and from the header of every page', async () => {
    const page = await open('/broken');
    const other = await open('/catalog/payments/component/payment-gateway');
    expect(await page.locator('.fault').count()).toBe(4);
    setHealth('payment-gateway', 'Healthy', 'Ready');
    await page.locator('.fault', { hasText: 'Payment Gateway' }).waitFor({ state: 'detached' });
    await page.locator('.nav-count.bad', { hasText: /^1/ }).waitFor();
    await other.locator('.nav-count.bad', { hasText: /^1/ }).waitFor();
  });

  it('can be narrowed without JavaScript', async () => {
    const page = await open('/broken', { javaScriptEnabled: false });
    await page.getByLabel('Team').selectOption('group:org/payments');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('.fault').count()).toBe(1);
    await page.getByRole('link', { name: /^Remove filter Team/ }).click();
    expect(await page.locator('.fault').count()).toBe(4);
  });
});

describe('the indicator', () => {
  it('pauses the page and lets it go on', async () => {
    const page = await open(gateway);
    const live = page.locator('#live');
    await live.click();
    expect(await live.innerText()).toBe('Paused');
    setHealth('payment-gateway', 'Healthy', 'Ready');
    await page.goto(`${origin}/catalog/payments/component/ledger`);
    expect(await live.innerText()).toBe('Paused');
    await page.goBack();
    await live.click();
    await page.locator('.entity-head .badge', { hasText: 'Healthy' }).waitFor();
    await page.locator('#live[data-state=live]').waitFor();
  });

  it('says that the connection is lost, and connects again by itself', async () => {
    const page = await open(gateway);
    const { port } = new URL(origin);
    await server?.close();
    await page.locator('#live[data-state=reconnecting]').waitFor();
    setHealth('payment-gateway', 'Healthy', 'Ready');
    server = await createLiveServer(catalog);
    await server.listen({ host: '127.0.0.1', port: Number(port) });
    // Another process cannot know what was missed: it says reset, and the page reads itself anew.
    await page.locator('#live[data-state=live]').waitFor();
    await page.locator('.entity-head .badge', { hasText: 'Healthy' }).waitFor();
  });

  it('reads again when a read fails, and is live only once what is shown is new', async () => {
    const page = await open(gateway);
    let isRefused = true;
    await page.route(`**${gateway}`, (route) => (isRefused ? route.fulfill({ status: 503 }) : route.continue()));
    setHealth('payment-gateway', 'Healthy', 'Ready');
    await page.locator('#live[data-state=reconnecting]').waitFor();
    isRefused = false;
    await page.locator('.entity-head .badge', { hasText: 'Healthy' }).waitFor();
    await page.locator('#live[data-state=live]').waitFor();
  });

  it('is not there without JavaScript', async () => {
    const page = await open(gateway, { javaScriptEnabled: false });
    expect(await page.locator('#live').isVisible()).toBe(false);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Payment Gateway');
  });
});

describe('a change', () => {
  it('is marked for a moment', async () => {
    const page = await open('/catalog?kind=component&q=gateway');
    setHealth('payment-gateway', 'Healthy', 'Ready');
    const row = page.getByRole('row', { name: /Payment Gateway/ });
    await page.locator('tr[data-changed]').waitFor();
    expect(await row.getAttribute('data-changed')).toBe('');
    await page.locator('tr[data-changed]').waitFor({ state: 'detached' });
  });

  it('moves nothing for who wants less motion', async () => {
    const page = await open('/catalog?kind=component&q=gateway', { reducedMotion: 'reduce' });
    expect(await text(page, 'getComputedStyle(document.querySelector("tr[data-says]")).transitionDuration')).toBe('0s');
  });
});
