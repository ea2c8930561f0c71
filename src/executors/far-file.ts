/** Where the files are that threads and processes begin with. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SetupError } from '../errors.ts'

/** `.ts` as written, `.js` as built: the far side stands beside this file, in the same form. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** The path of a far side; a `SetupError` where a bundler left it behind. */
export function farFile(name: 'thread-side' | 'process-side'): string {
  const path = fileURLToPath(new URL(`./${name}${extension}`, import.meta.url))
  if (existsSync(path)) return path
  throw new SetupError(
    `Cannot start a thread or a process as the package's own file must be there: ${path}. ` +
      `In a bundle, keep the package external: esbuild --packages=external, or --external:gantry.`,
  )
}
