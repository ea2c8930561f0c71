import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { createApp, plainLogger } from '../../../src/index.ts'
import { warnOfProblem } from '../../../src/log/store-problem.ts'
import { TestClock } from '../../../src/testing.ts'
import { toTerminal } from '../../../src/values/terminal-text.ts'
import { checkProperty } from '../../support/property.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them.
const obeyed = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u
const evil = '\x1b[2J\x1b]0;pwned\x07\r\0\x9b31m\u202egnp.exe\u2066\nforged line'

afterEach(() => void jest.restoreAllMocks())

/** Returns the lines that the console prints during `act`. */
async function printed(act: () => unknown): Promise<string[]> {
  const lines: string[] = []
  for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
    jest.spyOn(console, level).mockImplementation((...data: unknown[]) => {
      // A single string, so that the console formats nothing after the escapes.
      expect(data).toHaveLength(1)
      lines.push(data[0] as string)
    })
  jest.spyOn(process, 'emitWarning').mockImplementation((message) => void lines.push(String(message)))
  await act()
  return lines
}

describe('plainLogger', () => {
  test('prints nothing that a terminal would execute, for any values', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constant(evil))
    const data = fc.oneof(
      text,
      text.map((message) => new Error(message)),
      text.map((message) =>
        Object.assign(new Error(message, { cause: message }), { name: message, stack: message }),
      ),
      fc.record({ task: text, error: fc.record({ message: text, stack: text }) }),
      fc.dictionary(text, text),
      text.map((tag) => ({ [Symbol.toStringTag]: tag })),
    )
    checkProperty(
      fc.property(fc.array(data, { maxLength: 4 }), (given) => {
        expect(toTerminal(given)).not.toMatch(obeyed)
        expect(toTerminal(given).split('\n').slice(1)).not.toContainEqual(expect.stringMatching(/^\S/))
      }),
      { runs: 500 },
    )
  })

  test('prints escape sequences as readable text, and leaves other text as it is', async () => {
    const lines = await printed(() => {
      plainLogger.debug('unseen')
      plainLogger.info(`a\t%s\r\nb ü 👩‍🚀`, 'c', { n: 1 })
      plainLogger.warn('\x1b[31mred\x9b\u202e')
      plainLogger.error('100%', '\r')
    })
    expect(lines).toEqual(['a\tc\n  b ü 👩‍🚀 { n: 1 }', '\\x1b[31mred\\x9b\\u202e', '100% \\x0d'])
  })

  test('ends each stack with the last frame of the app, and prints a stack without an app frame in full', async () => {
    const inside = `    at call (${new URL('../../../src/executors/inline/inline.ts', import.meta.url).href}:74:11)`
    const node = '    at AsyncLocalStorage.run (node:async_hooks:346:14)'
    const app = '    at work (file:///srv/app.js:4:50)'
    const ours = { name: 'RangeError', message: 'no', stack: ['RangeError: no', inside, node].join('\n') }
    const theirs = {
      name: 'Error',
      message: 'no\ntable',
      stack: ['Error: no', 'table', app, inside, node, 'caused by: Error: down', inside, app, node].join(
        '\n',
      ),
    }
    const lines = await printed(() => {
      plainLogger.warn('failed', theirs)
      plainLogger.warn('failed', ours)
    })
    expect(lines).toEqual([
      ['failed', '  Error: no', '  table', app, '  caused by: Error: down', inside, app].join('\n'),
      ['failed', '  RangeError: no', inside, node].join('\n'),
    ])
  })

  test('prints names, errors, reasons and lines of runs safely in a session without a logger', async () => {
    const lines = await printed(async () => {
      const app = createApp({ clock: new TestClock({ at: '2026-03-10T09:00', zone: 'UTC' }) })
      const bad = app.task(`bad ${evil}`, false, (_, { log }) => {
        log.info(evil, { evil })
        log.error(new Error(evil))
        throw new TypeError(evil)
      })
      app.session.on('run.ended', () => {
        throw new Error(evil)
      })
      await app.start()
      await bad.run()
      app.session.shutDown()
      await app.session.stopped
      warnOfProblem({ kind: 'bad line', path: evil, message: evil })
    })
    expect(lines.length).toBeGreaterThan(3)
    for (const line of lines) expect(line).not.toMatch(obeyed)
    expect(lines.join('\n')).toContain('\\x1b[2J')
  })
})

test('no other file of the package prints foreign values', () => {
  const printing = /\bconsole\b(?!:)|process\.std(out|err)\.write|emitWarning\((?!\s*toTerminal)/
  const found = readdirSync('src', { recursive: true })
    .map((name) => join('src', String(name)))
    .filter((path) => path.endsWith('.ts'))
    .filter((path) =>
      printing.test(readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$|^.*\bfrom '.*$/gm, '')),
    )
  expect(found.sort()).toEqual([
    // Prints an error as Node does.
    'src/executors/inline/unhandled-rejections.ts',
    // Escapes it itself, as the process of a run has no logger.
    'src/executors/process/process-entry.ts',
    // Formats it with `inspect`.
    'src/inspect/safe-call.ts',
    // Prints a number.
    'src/inspect/stately.ts',
    'src/session/reports/console-logger.ts',
  ])
})
