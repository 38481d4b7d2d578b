import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles the program into dist/main.js, beside the parts of the page at /docs. The SQLite driver stays a
 * package: its binary depends on the platform. With `--standalone`, for an image, the binary of this platform
 * is copied into dist, and no package has to be installed.
 */
const standalone = process.argv.includes('--standalone');
const DRIVER = 'better-sqlite3';
/** For so long, in milliseconds, a server of the last build may still load its parts. */
const KEPT_MS = 24 * 60 * 60 * 1000;

removeParts();
await build({
  entryPoints: ['src/main.ts', 'src/store/sqlite/engine/query-thread.ts'],
  entryNames: '[name]',
  outdir: 'dist',
  bundle: true,
  // What is imported only when needed is a file of its own.
  splitting: true,
  chunkNames: '[name]-[hash]',
  // Half of it is blanks, which would take a tenth of a start to read.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  target: 'node22.18',
  format: 'esm',
  external: standalone ? [] : [DRIVER],
  alias: standalone ? { [DRIVER]: `${DRIVER}/${process.platform}-${process.arch}` } : {},
  loader: { '.node': 'copy' },
  // Packages that are not modules expect what a module lacks.
  banner: {
    js: [
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
      'const __filename = import.meta.filename;',
    ].join('\n'),
  },
  sourcemap: !standalone,
  sourcesContent: false,
  legalComments: 'none',
});

const { resolve } = createRequire(import.meta.url);
const page = join(dirname(resolve('@fastify/swagger-ui/package.json')), 'static');
cpSync(page, 'dist/static', { recursive: true });

/** Removes what builds of other days have left: parts have other names whenever they change. */
function removeParts() {
  if (!existsSync('dist')) return;
  for (const name of readdirSync('dist')) {
    const file = join('dist', name);
    const isOld = Date.now() - statSync(file).mtimeMs > KEPT_MS;
    if (isOld && /-[A-Z0-9]{8}\./.test(name)) rmSync(file);
  }
}
