/**
 * `npm run bench`: the cost of a session on this machine; `npm run bench -- --versus <git ref>`: ratios to another commit. Compare
 * ratios, since machines differ.
 */
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { versus: { type: 'string' }, rounds: { type: 'string', default: '5' }, only: { type: 'string' } },
})

if (values.versus === undefined) await import('./all.ts')
else {
  const { benchVersus } = await import('./versus.ts')
  await benchVersus(values.versus, { rounds: Number(values.rounds), only: values.only })
}
