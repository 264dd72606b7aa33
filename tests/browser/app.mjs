// An application of another origin, as those that use Stripe.js are: one page whose script is
// bundled from apps/, with stock npm packages. It loads okapi's script before its own, and nothing
// else of it knows that this is not Stripe.
import {createServer} from 'node:http';

import {build} from 'esbuild';

import {server} from './browser.mjs';

async function bundled(name) {
  const {outputFiles} = await build({
    entryPoints: [new URL(`apps/${name}`, import.meta.url).pathname],
    bundle: true,
    write: false,
    jsx: 'automatic',
    define: {'process.env.NODE_ENV': '"production"'},
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

function page_of(settings) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>An application</title>
<link rel="icon" href="data:,"><script src="${server}/v3/"></script>
<main><h1>An application</h1><div id="app"></div>
<p id="outcome" data-testid="outcome"></p></main>
<script>window.settings = ${JSON.stringify(settings)}</script><script src="/app.js"></script></html>`;
}

// Runs `story(origin)` while the application is served.
export async function with_app(name, settings, story) {
  const script = await bundled(name);
  const app = createServer((request, response) => {
    const is_script = request.url.startsWith('/app.js');
    response.setHeader('Content-Type', is_script ? 'text/javascript' : 'text/html');
    response.end(is_script ? script : page_of(settings(`http://localhost:${app.address().port}`)));
  });
  await new Promise((resolve) => app.listen(0, 'localhost', resolve));
  try {
    await story(`http://localhost:${app.address().port}`);
  } finally {
    app.closeAllConnections();
    app.close();
  }
}

export const publishable = (key) => key.replace(/^sk_/, 'pk_');
