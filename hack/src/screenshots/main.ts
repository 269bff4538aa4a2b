import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { checkout } from '../paths.ts';
import { findChromium } from '../testing/chromium.ts';

/** Takes the pictures of hack/screenshots from what `hack/up` serves: `npm run screenshots [URL]`. */
const url = process.argv[2] ?? 'http://127.0.0.1:7007';
const folder = join(checkout, 'hack', 'screenshots');

const pages = [
  { name: 'catalog', path: '/catalog' },
  { name: 'catalog-filtered', path: '/catalog?kind=component&owner=group:org/team-tracking' },
  { name: 'component-broken', path: '/catalog/logistics/component/eta-predictor' },
  { name: 'component-runtime', path: '/catalog/logistics/component/eta-predictor/runtime' },
  { name: 'broken', path: '/broken' },
  { name: 'system', path: '/catalog/logistics/system/shipment-tracking' },
  { name: 'component-healthy', path: '/catalog/payments/component/checkout' },
  { name: 'api', path: '/catalog/payments/api/payments-api' },
  { name: 'team', path: '/catalog/org/group/team-tracking' },
] as const;
const widths = [1280, 390] as const;

const executablePath = await findChromium(process.env['PATH']);
if (executablePath === undefined) {
  process.stderr.write('screenshots: install the chromium package of your distribution.\n');
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of widths) {
    const context = await browser.newContext({
      viewport: { width, height: 860 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    for (const { name, path } of pages) {
      if (colorScheme === 'dark' && !['catalog', 'component-broken', 'broken'].includes(name)) continue;
      // Not 'networkidle': a live page never is.
      const answer = await page.goto(url + path, { waitUntil: 'load' });
      if (answer?.status() !== 200) throw new Error(`${path} answered ${answer?.status()}`);
      await page.locator('#live[data-state=live]').waitFor();
      const file = `${name}-${width}${colorScheme === 'dark' ? '-dark' : ''}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: name !== 'catalog' && name !== 'catalog-filtered' });
      process.stdout.write(`${file}\n`);
    }
    await context.close();
  }
}
await browser.close();
