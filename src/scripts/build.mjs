import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, stop } from 'esbuild';
import { writeNotices } from './notices.mjs';

/**
 * Bundles the program into dist/main.js, the library into dist/index.js and the console into dist/console, and copies
 * the page at /docs with Swagger UI's files to dist/static. The SQLite driver stays an external package, because its
 * binary depends on the platform. `--standalone`, for container images, copies the binary of this platform into dist,
 * so that no package has to be installed. `--clean`, for packages, removes all of an earlier build.
 */
const standalone = process.argv.includes('--standalone');
const DRIVER = 'better-sqlite3';
/** Age, in milliseconds, of chunks that are removed: a running server may still load those of the last build. */
const CHUNK_AGE_MAX_MS = 24 * 60 * 60 * 1000;

if (process.argv.includes('--clean')) rmSync('dist', { recursive: true, force: true });
removeOldChunks();
rmSync('dist/.compile-cache', { recursive: true, force: true });

/** What the bundles for Node.js and for browsers have in common. */
const common = {
  bundle: true,
  format: 'esm',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
};
const entryPoints = ['main', 'bin', 'index', 'store/sqlite/engine/query-process'];
const forNode = await build({
  ...common,
  entryPoints: entryPoints.map((name) => `src/${name}.ts`),
  entryNames: '[name]',
  outdir: 'dist',
  // Dynamic imports become chunks of their own.
  splitting: true,
  chunkNames: '[name]-[hash]',
  // Half of the bundle is whitespace; reading it would take a tenth of the start.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  target: 'node22.18',
  external: standalone ? [] : [DRIVER],
  alias: standalone ? { [DRIVER]: `${DRIVER}/${process.platform}-${process.arch}` } : {},
  loader: { '.node': 'copy' },
  // CommonJS packages use these variables, which ES modules lack.
  banner: {
    js: [
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
      'const __filename = import.meta.filename;',
    ].join('\n'),
  },
  plugins: [{ name: 'require-http', setup: requireHttp }],
  sourcemap: !standalone,
});
const forBrowsers = await build({
  ...common,
  entryPoints: ['console/main.tsx', 'console/index.html'],
  loader: { '.html': 'copy' },
  outdir: 'dist/console',
  minify: true,
  target: 'es2022',
  // The script doesn't name it.
  sourcemap: !standalone && 'external',
});
// Its process would last as long as the server that `npm start` runs in this one.
await stop();

const { resolve } = createRequire(import.meta.url);
const page = join(dirname(resolve('@fastify/swagger-ui/package.json')), 'static');
cpSync(page, 'dist/static', { recursive: true });
cpSync('assets/docs', 'dist/static', { recursive: true });
cpSync('src/cli/compare/probes.yaml', 'dist/probes.yaml');
const bundled = [forNode, forBrowsers].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeNotices([...bundled, page, `node_modules/${DRIVER}`]);

/** An `import` of node:http evaluates all of its exports, which loads Node's `fetch` and takes 20 ms of the start. */
function requireHttp({ onResolve, onLoad }) {
  onResolve({ filter: /^node:https?$/ }, ({ path, kind }) =>
    kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
  );
  onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
    contents: `module.exports = require('${path}')`,
  }));
}

/** Removes chunks of old builds, whose names contain a hash of their content. */
function removeOldChunks() {
  if (!existsSync('dist')) return;
  for (const name of readdirSync('dist')) {
    const file = join('dist', name);
    const isOld = Date.now() - statSync(file).mtimeMs > CHUNK_AGE_MAX_MS;
    if (isOld && /-[A-Z0-9]{8}\./.test(name)) rmSync(file);
  }
}
