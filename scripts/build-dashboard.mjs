// Build of the dashboard: packs its files into one module of the package, and checks their sizes against the promised limits.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const out = join('.tmp', 'dashboard')
const target = join('dist', 'src', 'dashboard', 'assets.js')
const firstLoadLimit = 45 * 1024
const allLimit = 110 * 1024
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

rmSync(out, { recursive: true, force: true })
await build({
  root: 'dashboard',
  base: './',
  configFile: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join('..', out),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // Keeps `light-dark()`: the replacement of other minifiers follows only the system's color scheme.
    cssMinify: 'esbuild',
    cssTarget: 'chrome123',
  },
})

const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
const packed = files
  .map((file) => {
    const content = readFileSync(file)
    const path = relative(out, file).replaceAll('\\', '/')
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
    return {
      path,
      type: types[path.slice(path.lastIndexOf('.'))],
      etag,
      gzip: gzipSync(content, { level: 9 }),
    }
  })
  .sort(
    (a, b) => Number(b.path === 'index.html') - Number(a.path === 'index.html') || (a.path < b.path ? -1 : 1),
  )

const unknown = packed.find(({ type }) => type === undefined)
if (unknown !== undefined) throw new Error(`Cannot pack '${unknown.path}' as its file type must be known.`)
const page = readFileSync(join(out, 'index.html'), 'utf8')
const sizeOf = (assets) => assets.reduce((sum, { gzip }) => sum + gzip.length, 0)
const first = sizeOf(packed.filter(({ path }) => path === 'index.html' || page.includes(path)))
const all = sizeOf(packed)
console.log(`dashboard: first load ${(first / 1024).toFixed(1)} KB, all ${(all / 1024).toFixed(1)} KB (gzip)`)
if (first > firstLoadLimit || all > allLimit) throw new Error('The dashboard has become too large.')
if (/https?:\/\//.test(page)) throw new Error('The page must not load anything from another server.')

const lines = packed.map(({ gzip, ...rest }) => JSON.stringify({ ...rest, content: gzip.toString('base64') }))
mkdirSync(dirname(target), { recursive: true })
writeFileSync(
  target,
  `/** The files of the dashboard, made by the build. */\nexport const assets = [\n${lines.join(',\n')},\n]\n`,
)
