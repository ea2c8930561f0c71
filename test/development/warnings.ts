/** Fails a test in which XState or RxJS warns. Loaded before each test file. */
import { afterEach } from '@jest/globals'

/** What the libraries have said since the last look. */
const said: string[] = []

/** Takes what was said, so that it fails nothing. */
export function takeWarnings(): string[] {
  return said.splice(0)
}

for (const level of ['warn', 'error'] as const) {
  const print = console[level].bind(console)
  console[level] = (...data: unknown[]) => {
    const from = new Error('said').stack ?? ''
    if (/node_modules\/(xstate|rxjs)\//.test(from)) said.push(`${data.map(String).join(' ')}\n${from}`)
    else print(...data)
  }
}

afterEach(() => {
  const warnings = takeWarnings()
  if (warnings.length > 0) throw new Error(`XState or RxJS warned:\n${warnings.join('\n\n')}`)
})
