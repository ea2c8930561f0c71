/** Fails a test in which XState or RxJS warns. Loaded before each test file. */
import { afterEach } from '@jest/globals'

/** The warnings of the libraries since the last check. */
const said: string[] = []

/** Takes the warnings, so that they fail no test. */
export function takeWarnings(): string[] {
  return said.splice(0)
}

for (const level of ['warn', 'error'] as const) {
  const print = console[level].bind(console)
  console[level] = (...data: unknown[]) => {
    // The calling line: further up the stack XState calls every effect.
    const { stack = '' } = new Error('said')
    const caller = stack.split('\n')[2] ?? ''
    if (/node_modules\/(xstate|rxjs)\//.test(caller)) said.push(`${data.map(String).join(' ')}\n${stack}`)
    else print(...data)
  }
}

afterEach(() => {
  const warnings = takeWarnings()
  if (warnings.length > 0) throw new Error(`XState or RxJS warned:\n${warnings.join('\n\n')}`)
})
