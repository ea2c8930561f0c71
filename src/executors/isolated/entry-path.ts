/** Paths of the files that worker threads and child processes begin with. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SetupError } from '../../errors/errors.ts'

/** `.ts` in the sources, `.js` in the build: the entry files have the extension of this file. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** The path of an entry file. Throws a `SetupError` where a bundler left it out. */
export function entryPath(kind: 'thread' | 'process'): string {
  const path = fileURLToPath(new URL(`../${kind}/${kind}-entry${extension}`, import.meta.url))
  if (existsSync(path)) return path
  throw new SetupError(
    `Cannot start a thread or a process as the package's own file must be there: ${path}. ` +
      `In a bundle, keep the package external: esbuild --packages=external, or --external:gantry.`,
  )
}
