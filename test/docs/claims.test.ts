/** Results that examples state in comments, such as `isArg('dev') // false`, are compared with the actual ones. */
import { expect, test } from '@jest/globals'
import { transformSync } from '@swc/core'
import { createActor, initialTransition, transition } from 'xstate'
import * as machines from '../../machines/index.ts'
import * as gantry from '../../src/index.ts'
import * as inspect from '../../src/inspect/index.ts'
import * as testing from '../../src/testing.ts'
import { doors, type Example, examplesOf, exportsOf } from '../support/docs/front-door.ts'

/** An expression on a separate line, followed by a comment with a literal, alone or before a punctuation mark. */
const claim =
  /^(?!const |let |await |import |\/\/|[ })])(\S.*?) +\/\/ (true|false|null|undefined|'[^']*'|"[^"]*"|-?[\d_.]+|\[.*\]|\{.*\})(?:[:,;] .*)?$/gm

const examples = [
  ...new Map(
    Object.entries(doors)
      .flatMap(([module, path]) => exportsOf(module, path))
      .flatMap(examplesOf)
      .map((each) => [`${each.path}:${each.line}`, each]),
  ).values(),
]
// Examples that await something are not run here.
const claiming = examples.filter(({ code }) => code.match(claim) !== null && !/\bawait\b/.test(code))

/** Runs an example; returns each line that states a result, with the actual and the stated one. */
function claimsOf({ code }: Example): { line: string; is: unknown; said: unknown }[] {
  const claims: { line: string; is: unknown; said: unknown }[] = []
  const app = gantry.createApp()
  app.task('report', false, () => {})
  const xstate = { createActor, initialTransition, transition }
  const given = { ...machines, ...gantry, ...inspect, ...testing, ...xstate, app, session: app.session }
  const noted = code
    .replace(/^import .*$/gm, '')
    .replace(claim, (_, line: string, said: string) => `note(${JSON.stringify(line)}, ${line}, (${said}));`)
  const { code: script } = transformSync(`{\n${noted}\n}`, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  })
  const note = (line: string, is: unknown, said: unknown): void => void claims.push({ line, is, said })
  new Function('note', ...Object.keys(given), script)(note, ...Object.values(given))
  return claims
}

test('examples state results', () => {
  expect(claiming.length).toBeGreaterThan(20)
})

test.each(claiming.map((each) => [`${each.path} ${each.of}`, each] as const))('%s', (_, example) => {
  for (const { line, is, said } of claimsOf(example)) expect({ line, is }).toEqual({ line, is: said })
})
