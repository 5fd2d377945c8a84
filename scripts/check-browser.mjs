/**
 * Runs the packages in Chromium without a window: `node scripts/check-browser.mjs [CHROMIUM]` (default: the first of
 * chromium, chromium-browser and google-chrome on the PATH). The page is bundled from the sources.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './install.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const WASM = path.join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
const TIMEOUT = 180_000;
/** A page that fails before its checks run reports the error, too. */
const PAGE = `<!doctype html><script>
const report = (error) => fetch('/done', { method: 'POST', body: 'FAIL the page: ' + error });
addEventListener('error', ({ message }) => report(message));
addEventListener('unhandledrejection', ({ reason }) => report(reason));
</script><script type="module" src="/page.js"></script>`;
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function findChromium() {
  const given = process.argv[2];
  if (given !== undefined) return given;
  return NAMES.find((name) => spawnSync(name, ['--version']).status === 0);
}

async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'scripts', 'browser', 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['@km/source', 'browser'],
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** The file of a request, with its bytes from `start` to `end` when the request names a range. */
function sendFile(file, request, response) {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return response.writeHead(404).end();
  const bytes = readFileSync(file);
  const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '');
  if (range === null) return response.writeHead(200, { 'accept-ranges': 'bytes' }).end(bytes);
  const [start, end] = [
    Number(range[1]),
    Math.min(Number(range[2] ?? bytes.length - 1), bytes.length - 1),
  ];
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` });
  response.end(bytes.subarray(start, end + 1));
}

/** Answers the page's requests; its report goes to `onReport`. */
function servePage(script, onReport) {
  const texts = { '/': ['text/html', PAGE], '/page.js': ['text/javascript', script] };
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/done') {
      let text = '';
      request.on('data', (chunk) => (text += chunk)).on('end', () => onReport(text));
      return response.end();
    }
    if (Object.hasOwn(texts, pathname)) {
      const [type, text] = texts[pathname];
      return response.writeHead(200, { 'content-type': type }).end(text);
    }
    const [folder, rest] = pathname.startsWith('/wasm/')
      ? [WASM, pathname.slice(5)]
      : [root, pathname];
    return sendFile(path.join(folder, path.posix.normalize(rest)), request, response);
  });
}

/** Opens the page and gives its report. */
async function runPage(script, chromium) {
  const profile = mkdtempSync(path.join(tmpdir(), 'km-browser-'));
  let onReport;
  const report = new Promise((resolve, reject) => {
    onReport = resolve;
    setTimeout(() => reject(new Error('the page did not report')), TIMEOUT).unref();
  });
  const server = servePage(script, onReport).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String(server.address().port)}/`;
  const flags = [...FLAGS, `--user-data-dir=${profile}`];
  const child = spawn(chromium, [...flags, url], { stdio: 'ignore', detached: true });
  try {
    return await report;
  } finally {
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const chromium = findChromium();
if (chromium === undefined) {
  console.log('no Chromium on this machine: left out');
} else {
  const lines = (await runPage(await bundlePage(), chromium)).split('\n');
  console.log(lines.join('\n'));
  const failed = lines.filter((line) => line.startsWith('FAIL')).length;
  console.log(`${String(lines.length - failed)} passed, ${String(failed)} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
