/** The prose linter: its rules, what it reads and what it leaves alone, and the ratchet of its counts. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

interface Finding {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly found: string
  readonly message: string
}
type Counts = Readonly<Record<string, number>>
type Row = readonly [path: string, count: number, allowed: number]

// The scripts are plain JavaScript without declarations.
const load = async <T>(name: string): Promise<T> => (await import(`../../scripts/prose/${name}.mjs`)) as T
const { lint } = await load<{ lint(path: string, text: string): Finding[] }>('lint')
const { words } = await load<{ words: readonly { not: string; say: string }[] }>('words')
const { withTable } = await load<{ withTable(page: string): string }>('glossary')
const { compare, lower } = await load<{
  compare(findings: readonly Finding[], allowed: Counts): { over: Row[]; under: Row[] }
  lower(findings: readonly Finding[], allowed: Counts): Counts | null
}>('ratchet')

const rules = (path: string, text: string): string[] => lint(path, text).map(({ rule }) => rule)

describe('words', () => {
  test.each([
    ['It runs so many times.', 'so many', 'the count itself: `n` runs, up to 5 times'],
    ['Whoever calls it waits.', 'whoever', 'the caller, the user, any process that'],
    ['It has a zone of its own.', 'of its own', 'its own …, a separate …, custom'],
    ['The file is read anew.', 'anew', 'again'],
    ['The listener is told of it.', 'told', 'reported to, notified, asked, ordered'],
    ['A look takes 5 ms.', 'a look', 'evaluation, check'],
    ['At most 256 letters of JSON.', 'letters', 'characters'],
    ['A run that starts by hand.', 'by hand', 'manual, manually'],
    ['It keeps the number of an open file.', 'number of an open file', 'file descriptor'],
    ['The value is none of them.', 'is none', 'is not one'],
    ['It waits no more.', 'no more', 'no longer'],
    ['Runs wait for a free slot.', 'slot', 'capacity (limits), placeholder (templates)'],
    ['The watch looks when it wakes.', 'it looks', 'evaluates, checks'],
    ['It would else be lost.', 'would else', 'would otherwise'],
    ['Reads a instant.', 'a + vowel', 'an'],
    ['Reads an period.', 'an + consonant', 'a'],
  ])('%j breaks the rule %j with its replacement', (text, rule, message) => {
    expect(lint('page.md', text)).toEqual([
      { path: 'page.md', line: 1, rule, found: expect.any(String), message },
    ])
  })

  test.each([
    'It took so long that the lease expired, and was so slow: so many that it fails.',
    'If there is none, the default applies.',
    'No more than five runs start; no more runs are queued after that.',
    'Capital letters are refused.',
    'PST stands for Pacific Standard Time, a clock stands still, and you may write a store of your own.',
    'The clock wakes once a second and no more; the time goes by itself.',
    'It looks up the name, looks like a date, and looks back a week.',
    'An hour, a unit, a URL, an ISO date, a one-time token, an XState actor, either a or b.',
    'Outcomes are told apart by `action`.',
    'The owner lives in another process; live runs are cancelled, and it is assumed that live and queued runs end.',
  ])('good text has no findings: %s', (text) => {
    expect(lint('page.md', text)).toEqual([])
  })

  test('every rule finds the words that it is named for', () => {
    const silent = words.filter(({ not }) => lint('page.md', `Then it ${not.split(',')[0]}.`).length === 0)
    expect(silent.map(({ not }) => not)).toEqual(['a + vowel', 'an + consonant'])
  })
})

describe('what is read', () => {
  test('paragraphs over line ends, headings, lists and tables of Markdown, by line', () => {
    const page =
      '# Told\n\nIt runs so\nmany times.\n\n- anew\n\n| a | b |\n|---|---|\n| `x` | by hand |\n| anew | fine |\n'
    expect(lint('page.md', page).map(({ line, rule }) => [line, rule])).toEqual([
      [1, 'told'],
      [3, 'so many'],
      [6, 'anew'],
      [10, 'by hand'],
      [11, 'anew'],
    ])
  })

  test('words in neighbouring cells make no phrase', () => {
    expect(rules('page.md', '| a | b |\n|---|---|\n| by | hand |\n| so | many |\n')).toEqual([])
  })

  test('code blocks, code in sentences and links leave no finding', () => {
    expect(
      rules('page.md', '```ts\n// told anew\n```\n\nThe name `anew` is `by hand`: [it](told.md).\n'),
    ).toEqual([])
  })

  test('comments of code, with their examples and links left out', () => {
    const code = [
      '/** Ends the run anew. {@link told} */',
      'const a = 1 // told',
      '',
      '// It runs by',
      '// hand.',
      '/**',
      ' * Starts it.',
      ' *',
      ' * @param told Read anew.',
      ' * @example',
      ' * ```ts',
      ' * told(anew)',
      ' * ```',
      ' */',
    ]
    expect(lint('a.ts', code.join('\n')).map(({ line, rule }) => [line, rule])).toEqual([
      [1, 'anew'],
      [2, 'told'],
      [4, 'by hand'],
      [9, 'anew'],
    ])
  })

  test('messages that are sentences, and neither names nor quoted values nor types', () => {
    const message = ['throw new Error(`Cannot run $', "{name} as it was told to stop 'anew': $", '{told}`)']
    expect(rules('a.ts', message.join(''))).toEqual(['told'])
    expect(rules('a.ts', "const told = ['anew', 'by hand', \"Cannot use 'told anew' as a name\"]")).toEqual(
      [],
    )
    expect(rules('a.ts', "type A = 'it is told by hand'\nimport x from 'told by hand here'")).toEqual([])
    expect(rules('a.tsx', 'const a = <p title="anew">It is told here.</p>')).toEqual(['told'])
  })

  test('only the titles of tests', () => {
    const code =
      "describe('it is told once', () => { test.each([1])('it runs anew today', () => f('it is told twice')) })"
    expect(rules('test/a.test.ts', code)).toEqual(['told', 'anew'])
  })

  test.each([
    "test.each([['it is told once', 1], ['it runs anew today', 2]])('%s', () => {})",
    "const rows = [['it is told once', 1], ['it runs anew today', 2]]\ntest.each(rows)('%s', () => {})",
    "const rows = [['it is told once'], ['it runs anew today']] as const\ntest.each(rows)('%s', () => {})",
    "const rows = { 'it is told once': 1, 'it runs anew today': 2 }\ntest.each(Object.entries(rows))('%s', () => {})",
    "describe.each(['it is told once', 'it runs anew today'])('a task: %s', () => {})",
  ])('titles in the rows of a table: %j', (code) => {
    expect(rules('test/a.test.ts', code)).toEqual(['told', 'anew'])
    expect(rules('test/a.test.ts', code.replace('%s', '%j'))).toEqual([])
  })
})

describe('how comments begin', () => {
  test.each([
    ['/** What a run returns. */', 'question'],
    ['/** Whether the run ended. */', 'question'],
    ['/** When the run began. */', 'when'],
    ['/** Its start condition. */', 'pronoun'],
  ])('%s', (comment, rule) => {
    expect(rules('a.ts', `${comment}\nconst a = 1`)).toEqual([rule])
  })

  test.each([
    '/** How to run it. */',
    '/** When the run has ended, resolves. */',
    '/** Start of the run, in epoch ms. */',
    '// Whether this is so is checked below.',
    '/** @internal */',
  ])('fine: %s', (comment) => {
    expect(rules('a.ts', `${comment}\nconst a = 1`)).toEqual([])
  })

  test('a header names its subject first; a doc comment may begin with a preposition', () => {
    expect(rules('a.ts', "/** From text to data. */\nimport 'b'")).toEqual(['header-noun'])
    expect(rules('a.ts', "import 'b'\n\n/** In epoch ms. */\nconst a = 1")).toEqual([])
  })

  test('a header is above the imports in the code that ships', () => {
    const below = "import 'b'\n\n/** Cron fields as bits. */\n\n/** The first. */\nconst a = 1\n"
    expect(rules('src/a.ts', below)).toEqual(['header-first'])
    expect(
      rules('src/a.ts', "/** Cron fields as bits. */\nimport 'b'\n\n/** The first. */\nconst a = 1\n"),
    ).toEqual([])
    expect(rules('src/a.ts', "import 'b'\n\n/** The first. */\nconst a = 1\n")).toEqual([])
  })
})

describe('the ratchet', () => {
  const finding = (path: string): Finding => ({ path, line: 1, rule: 'told', found: 'told', message: '' })

  test('a file may have as many findings as listed, neither more nor fewer', () => {
    const allowed = { 'a.ts': 2, 'b.ts': 1, 'c.ts': 1 }
    expect(compare(['a.ts', 'a.ts', 'b.ts', 'c.ts'].map(finding), allowed)).toEqual({ over: [], under: [] })
    expect(compare(['a.ts', 'b.ts', 'b.ts', 'd.ts'].map(finding), allowed)).toEqual({
      over: [
        ['b.ts', 2, 1],
        ['d.ts', 1, 0],
      ],
      under: [
        ['a.ts', 1, 2],
        ['c.ts', 0, 1],
      ],
    })
  })

  test('an update follows moved files, and refuses a larger sum', () => {
    expect(lower([finding('new.ts')], { 'old.ts': 2 })).toEqual({ 'new.ts': 1 })
    expect(lower(['a.ts', 'b.ts'].map(finding), { 'a.ts': 1 })).toBeNull()
  })
})

test('the table of the glossary is that of the rules', () => {
  const page = readFileSync('docs/GLOSSARY.md', 'utf8')
  expect(withTable(page)).toBe(page)
})
