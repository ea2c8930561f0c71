/**
 * Generated source of an app with many tasks for the type checker: every kind of statement, args, dependencies and
 * custom words.
 */

const starts = [
  "'daily after 07:00'",
  "'every 10 minutes'",
  "'weekly on Mon, Wed and Fri'",
  "'cron 0 7 * * MON-FRI'",
  "'daily at 08:00, 12:00 & ~hourly before 10:00'",
  "'monthly on last Fri in Europe/Helsinki'",
  "daily.after('07:00').and(every('10 minutes'))",
  "isOld({ path: 'a.csv', age: '2 hours' })",
  "'once at 2026-12-24 18:00'",
  "'in 10 minutes'",
]

/**
 * The source of a module with an app of `tasks` tasks. Every third task depends on the previous one and receives its
 * return. Each item of `more` is the start of one more task.
 */
export function generatedApp(tasks: number, from: string, more: readonly string[] = []): string {
  const lines = [
    `import { afterSuccess, createApp, daily, env, every, returnOf } from '${from}'`,
    'const app = createApp()',
    "const isOld = app.condition('file {path:word} is older than {age:duration}', ({ path, age }) => path.length > age)",
  ]
  for (let n = 0; n < tasks; n++) {
    lines.push(
      n % 3 === 2
        ? `const t${n} = app.task('t${n}', afterSuccess(t${n - 1}), { args: { rows: returnOf(t${n - 1}), stage: env('STAGE').or('dev') }, timeout: '5 minutes' }, async ({ rows, stage }) => ({ n: rows.n + stage.length }))`
        : `const t${n} = app.task('t${n}', ${starts[n % starts.length]}, async () => ({ n: ${n} }))`,
    )
  }
  for (const [n, start] of more.entries()) lines.push(`app.task('m${n}', ${start}, () => {})`)
  lines.push('await app.run()', 'export {}')
  return `${lines.join('\n')}\n`
}
