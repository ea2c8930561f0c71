import { expect, test } from '@jest/globals'
import { programsOf } from '../support/docs/blocks.ts'

const fence = '```'
const page = (...parts: readonly string[]): string => parts.join('\n')
const block = (code: string): string => `${fence}ts\n${code}\n${fence}`

test('programsOf() begins a program with each block that imports', () => {
  const programs = programsOf('p', page(block("import 'a'"), block('go()'), block("import 'b'")))
  expect(programs.map(({ name }) => name)).toEqual(['p:1', 'p:7'])
  expect(programs[0]!.code).toContain('go()')
})

test('programsOf() continues a program at a block that imports if the page is marked so', () => {
  expect(programsOf('p', page(block("import 'a'"), '<!-- goes on -->', block("import 'b'")))).toHaveLength(1)
})

test('programsOf() puts code at its lines of the page', () => {
  const [program] = programsOf('p', page('# title', '', block("import 'a'"), 'words', block('go()')))
  const lines = program!.code.split('\n')
  expect(lines[3]).toBe("import 'a'")
  expect(lines[7]).toBe('go()')
})

test('programsOf() takes in what is given and why a block is not run', () => {
  const text = page('<!-- given', 'const x = 1', '-->', '<!-- not run: takes a day -->', block('use(x)'))
  const [program] = programsOf('p', text)
  expect(program!.code.indexOf('const x = 1')).toBeLessThan(program!.code.indexOf('use(x)'))
  expect(program!.notRun).toBe('takes a day')
})

test('programsOf() takes text that is printed to the program above', () => {
  const printed = `${fence}text\nhello\n${fence}`
  const programs = programsOf('p', page(block("import 'a'"), printed, '<!-- prints -->', printed))
  expect(programs.map(({ prints }) => prints)).toEqual([['hello\n']])
})

test('programsOf() takes a block with a name as a file, and goes on with the program before it', () => {
  const text = page(block("import 'a'"), `${fence}ts scan.ts\nexport const n = 1\n${fence}`, block('go()'))
  const programs = programsOf('p', text)
  expect(programs.map(({ file }) => file)).toEqual([null, 'scan.ts'])
  expect(programs[0]!.code).toContain('go()')
})

test('programsOf() leaves other languages alone', () => {
  expect(programsOf('p', page(`${fence}sh\nnpm ci\n${fence}`))).toEqual([])
})
