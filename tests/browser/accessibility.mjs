// What axe-core says about a page.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Serious and critical issues, by the browser's own interface: the page's policy lets no script of
// ours in.
export async function serious_issues(page) {
  const client = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const {result, exceptionDetails} = await client.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined);
    return result.value;
  };
  await evaluate(`${axe}; undefined`);
  const found = await evaluate(`axe.run(document).then((found) => ({
    passes: found.passes.length,
    issues: found.violations
      .filter((issue) => issue.impact === 'serious' || issue.impact === 'critical')
      .map((issue) => issue.id + ': ' + issue.nodes.map((node) => node.html).join(' ')),
  }))`);
  assert.ok(found.passes > 10, 'the checker looked at the page');
  return found.issues;
}
