import type { FastifyInstance } from 'fastify';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testCompany } from './testing/company.ts';
import { entityResource } from './testing/resources.ts';
import { readTestRuntime } from './testing/runtime-trees.ts';
import { catalogOf, createLiveServer } from './testing/ui-server.ts';

/** Debian's package; elsewhere the variable says where. */
const executablePath = process.env['PORTOLAN_CHROMIUM'] ?? '/usr/bin/chromium';

const longest = entityResource({
  kind: 'Component',
  namespace: 'a-namespace-with-a-name-that-is-as-long-as-kubernetes-allows-it',
  name: 'n'.repeat(63),
  spec: {
    title: 'W'.repeat(300),
    type: 't'.repeat(60),
    lifecycle: 'l'.repeat(60),
    owner: 'o'.repeat(63),
    tags: ['t'.repeat(63)],
  },
});

const paths = [
  '/catalog',
  '/catalog?q=pay&kind=component&owner=group:org/payments',
  '/catalog?q=nothing-is-called-that',
  '/catalog/payments/component/payment-gateway',
  '/catalog/payments/api/payments-api',
  '/catalog/payments/component/payment-gateway/runtime',
  '/catalog/platform/component/log-shipper/runtime',
  '/broken',
  '/broken?team=group:org/engineering&reason=crashloop',
  '/catalog/commerce/system/shop',
  '/catalog/org/group/payments',
  '/catalog/org/user/ada.lindqvist',
  '/catalog?q=WWW',
  `/catalog/${longest.metadata.namespace}/component/${longest.metadata.name}`,
  '/catalog/payments/component/paymnet-gateway',
];

let server: FastifyInstance;
let browser: Browser;
let origin: string;
let faults: string[] = [];

beforeAll(async () => {
  server = await createLiveServer(catalogOf([...testCompany(), longest]), { runtime: readTestRuntime });
  origin = await server.listen({ host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

afterEach(() => {
  expect(faults).toEqual([]);
  faults = [];
});

/** A page that reports errors and refused content; a 404 that was asked for is none. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) faults.push(`${path}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) faults.push(`${path}: asked ${request.url()}`);
  });
  await page.goto(`${origin}${path}`);
  return page;
}

const narrow = { viewport: { width: 390, height: 844 } };
const describeFocus = `(() => {
  const element = document.activeElement;
  return element.id || element.getAttribute('href') || element.tagName;
})()`;

/** Presses Tab until the wanted element has the focus; gives what was passed. */
async function tabTo(page: Page, wanted: (focused: string) => boolean, limit = 80): Promise<string[]> {
  const passed: string[] = [];
  for (let press = 0; press < limit; press++) {
    await page.keyboard.press('Tab');
    const focused: unknown = await page.evaluate(describeFocus);
    passed.push(String(focused));
    if (wanted(String(focused))) return passed;
  }
  throw new Error(`not reached by Tab: ${passed.join(' ')}`);
}

describe('every page', () => {
  it.each(['light', 'dark'] as const)(
    'loads without errors, and fits 390 and 1,280 pixels, in %s',
    async (colorScheme) => {
      for (const options of [{ colorScheme }, { colorScheme, ...narrow }]) {
        for (const path of paths) {
          const page = await open(path, options);
          const overflow: unknown = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect(`${path} ${String(overflow)}`).toBe(`${path} 0`);
          await page.context().close();
        }
      }
    },
  );

  it('has one main landmark, one first heading and names for all that can be used', async () => {
    for (const path of paths) {
      const page = await open(path);
      expect(await page.getByRole('main').count()).toBe(1);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      const nameless: unknown = await page.evaluate(`[...document.querySelectorAll('a, button, input, select, summary')]
        .filter((e) => e.type !== 'hidden' && !(e.innerText || e.textContent).trim() && !e.ariaLabel && !e.labels?.length)
        .map((e) => e.outerHTML)`);
      expect(nameless).toEqual([]);
      const ids: unknown = await page.evaluate(
        `[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, at, all) => all.indexOf(id) !== at)`,
      );
      expect(ids).toEqual([]);
      await page.context().close();
    }
  });

  it('paints unknown health with stripes and a dashed line, never as good', async () => {
    const page = await open('/catalog/platform/component/log-shipper');
    const badge = page.locator('.badge').first();
    expect(await badge.innerText()).toBe('Unknown');
    const style = 'getComputedStyle(document.querySelector(".badge"))';
    expect(await page.evaluate(`${style}.backgroundImage`)).toContain('repeating-linear-gradient');
    expect(await page.evaluate(`${style}.borderStyle`)).toBe('dashed');
    await page.context().close();
  });
});

describe('the keyboard', () => {
  it('reaches the search, the filters and the results, in this order', async () => {
    const page = await open('/catalog');
    await tabTo(page, (focused) => focused === '#main');
    await tabTo(page, (focused) => focused === 'q');
    await tabTo(page, (focused) => focused === '/catalog?kind=component');
    await tabTo(page, (focused) => focused === '/catalog/org/user/ada.lindqvist');
    expect(await page.evaluate('getComputedStyle(document.activeElement, "::after").outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Ada Lindqvist' }).waitFor();
    await page.context().close();
  });

  it('skips to the content, and finds the search by a slash', async () => {
    const page = await open('/catalog/org/group/payments');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('/');
    await page.keyboard.type('ledger');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/catalog?q=ledger');
    await page.context().close();
  });

  it('opens the filters on a narrow screen', async () => {
    const page = await open('/catalog', narrow);
    expect(await page.getByRole('link', { name: /^Components/ }).isVisible()).toBe(false);
    await page.locator('.filters > summary').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Components/ }).click();
    await page.getByRole('heading', { level: 1, name: /^Components/ }).waitFor();
    await page.context().close();
  });
});

describe('without JavaScript', () => {
  it('everything can be searched, filtered, sorted, paged and opened', async () => {
    const page = await open('/catalog', { javaScriptEnabled: false });
    await page.getByRole('link', { name: /^Components/ }).click();
    await page.getByLabel(/^Search names/).fill('gateway');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(page.url()).toContain('q=gateway');
    expect(page.url()).toContain('kind=component');
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByRole('link', { name: 'Remove filter Text: gateway' }).click();
    await page.getByRole('link', { name: 'Clear all' }).click();
    await page.getByRole('columnheader', { name: 'Kind' }).getByRole('link').click();
    expect(await page.getByRole('columnheader', { name: 'Kind' }).getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('link', { name: 'Next' }).click();
    expect(page.url()).toContain('page=2');
    await page.goto(`${origin}/catalog/payments/component/payment-gateway`);
    await page.getByText('Show the entity as the catalog serves it').click();
    expect(await page.locator('pre').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: /copy/i }).count()).toBe(0);
    await page.context().close();
  });
});
