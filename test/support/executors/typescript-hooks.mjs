/** Loader that lets plain Node load the sources, like a user's TypeScript loader. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url)
  if (protocol !== 'file:' || !/\.m?ts$/.test(pathname)) return next(url, context)
  const options = { loader: 'ts', format: 'esm', target: 'es2022', sourcefile: pathname }
  const { code } = await transform(readFileSync(fileURLToPath(url), 'utf8'), options)
  return { format: 'module', source: code, shortCircuit: true }
}
