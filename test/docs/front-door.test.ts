/** What the front door exports says what it means. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const sources = ['src', 'machines']
  .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('index.ts'))
  .map((path) => readFileSync(path, 'utf8'))

/** The names in the lists of a re-exporting file. */
const namesIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap((match) => match[1]!.split(','))
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '')

const declaration = (name: string): RegExp =>
  new RegExp(
    `(\\*/\\n(?://.*\\n)?)?export (?:abstract |async )*(?:function\\*?|class|interface|type|const) ${name}\\b`,
  )

test.each(['src/index.ts', 'src/inspect/index.ts'])('every export of %s has a doc comment', (door) => {
  const names = namesIn(door)
  expect(names.length).toBeGreaterThan(0)
  const bare = names.filter((name) => {
    const found = sources.map((text) => declaration(name).exec(text)).filter((match) => match !== null)
    return !found.some(([, comment]) => comment !== undefined)
  })
  expect(bare).toEqual([])
})
