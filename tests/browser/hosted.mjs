// What tests of the hosted pages share: a page with or without JavaScript, and what holds for each
// of them: no serious fault of accessibility, nothing wider than a telephone.
import assert from 'node:assert/strict';

import {serious_issues} from './accessibility.mjs';
import {on_a_page} from './browser.mjs';

export const on_a_hosted_page = (story, options) =>
  on_a_page(
    ({page, api, key}) => story({page, api, key, visit: (url) => page.goto(url)}),
    options,
  );

async function check_width(page, name) {
  const size = page.viewportSize();
  await page.setViewportSize({width: 360, height: 740});
  const [inner, wanted] = await page.evaluate(() => [
    document.documentElement.clientWidth,
    document.documentElement.scrollWidth,
  ]);
  assert.ok(wanted <= inner, `${name} is ${wanted} pixels wide on a screen of ${inner}`);
  await page.setViewportSize(size);
}

export async function check_page(page, name) {
  const shots = process.env.OKAPI_SHOTS;
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme: scheme});
    if (shots) await page.screenshot({path: `${shots}/${name}-${scheme}.png`, fullPage: true});
    assert.deepEqual(await serious_issues(page), [], `${name} ${scheme}`);
  }
  await page.emulateMedia({colorScheme: 'light'});
  await check_width(page, name);
}
