/** Paths of the entry files of worker threads and child processes. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SetupError } from '../../errors/errors.ts'

/** `.ts` in the sources, `.js` in the build: entry files have the extension of this file. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** The path of an entry file. Throws a `SetupError` if a bundler left it out. */
export function entryPath(kind: 'thread' | 'process'): string {
  const path = fileURLToPath(new URL(`../${kind}/${kind}-entry${extension}`, import.meta.url))
  if (existsSync(path)) return path
  throw new SetupError(
    `Cannot start a thread or a process as the entry file of the package must exist: ${path}. ` +
      `In a bundle, keep the package external: esbuild --packages=external, or --external:gantry.`,
  )
}
