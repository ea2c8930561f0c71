/** The completions that an editor offers within a statement, from the compiler's language server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { LanguageServer } from '../support/types/language-server.ts'

let server: LanguageServer
beforeAll(async () => {
  server = await LanguageServer.start()
}, 60_000)
afterAll(() => server.stop())

/** The completions at the position of the bar. */
const completionsOf = (line: string): Promise<readonly string[]> =>
  server.completionsOf(`import { createApp, daily } from '../src/index.ts'\nconst app = createApp()\n`, line)

test.each([
  [
    "app.task('a', '|', () => {})",
    ['daily', 'daily after 07:00', 'every 10 minutes', "after task 'name' succeeded"],
  ],
  ["app.task('a', 'daily |', () => {})", ['daily after 07:00', 'daily at 07:00']],
  ["app.task('a', 'dai|', { priority: 1 }, () => {})", ['daily', 'daily after 07:00']],
  ["daily.and('ev|')", ['every 10 minutes']],
  ["app.session.createTask('a', 'cro|', () => {})", ['cron 0 7 * * *']],
])(
  '%s',
  async (line, offered) => {
    const completions = await completionsOf(line)
    // A quote within the text is escaped for the enclosing quotes.
    const plain = completions.map((label) => label.replaceAll("\\'", "'"))
    for (const statement of offered) expect(plain).toContain(statement)
    expect(plain.filter((label) => label.startsWith('This statement contains unknown words'))).toEqual([])
  },
  60_000,
)
