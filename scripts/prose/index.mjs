// Checks the prose of comments, messages, test titles and Markdown against words.mjs and openings.mjs.
//
//   npm run prose                   fails where a file has more findings than pending.json allows, or fewer
//   npm run prose -- <path>...      lists every finding in these files and folders
//   npm run prose -- --all          lists every finding, then counts by rule and by folder
//   npm run prose -- --update       writes the lower counts to pending.json, and the table of docs/GLOSSARY.md
//   npm run prose -- --reset        the same, where a new rule raises the counts

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { withTable } from './glossary.mjs'
import { lint } from './lint.mjs'
import { compare, count, lower } from './ratchet.mjs'

const pendingPath = 'scripts/prose/pending.json'
const glossaryPath = 'docs/GLOSSARY.md'

const args = process.argv.slice(2)
const flags = new Set(args.filter((arg) => arg.startsWith('--')))
const chosen = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/\/$/, ''))

/** Code that contains, on purpose, words to avoid, or that does not compile. */
const exempt = /^(test\/types\/bad\/|scripts\/prose\/words\.mjs$)/

/** Files that git tracks or would add, so that build output and node_modules are left out. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(md|[cm]?[jt]sx?)$/.test(path) && !exempt.test(path) && existsSync(path))
  .filter(
    (path) => chosen.length === 0 || chosen.some((each) => path === each || path.startsWith(`${each}/`)),
  )
  .sort()

const findings = files.flatMap((path) => lint(path, readFileSync(path, 'utf8')))
const allowed = existsSync(pendingPath) ? JSON.parse(readFileSync(pendingPath, 'utf8')) : {}
const glossary = readFileSync(glossaryPath, 'utf8')

if (flags.has('--all') || chosen.length > 0) list()
else if (flags.has('--update') || flags.has('--reset')) update()
else check()

function list() {
  for (const finding of findings) console.log(line(finding))
  console.log(`\n${findings.length} findings in ${files.length} files`)
  if (flags.has('--all')) {
    table(({ rule }) => rule)
    table(({ path }) =>
      path
        .split('/')
        .slice(0, path.startsWith('src/') ? 2 : 1)
        .join('/'),
    )
  }
  process.exitCode = findings.length === 0 ? 0 : 1
}

function table(keyOf) {
  const counts = Object.entries(count(findings.map((finding) => ({ ...finding, path: keyOf(finding) }))))
  console.log()
  for (const [key, sum] of counts.sort((a, b) => b[1] - a[1]))
    console.log(`${String(sum).padStart(6)}  ${key}`)
}

function update() {
  const next = flags.has('--reset') ? count(findings) : lower(findings, allowed)
  if (next === null) {
    report(compare(findings, allowed).over)
    console.error(`\nCannot update ${pendingPath} as the sum of findings must not grow. Fix the lines above.`)
    process.exitCode = 1
    return
  }
  writeFileSync(pendingPath, `${JSON.stringify(next, null, 2)}\n`)
  writeFileSync(glossaryPath, withTable(glossary))
  console.log(`${findings.length} findings allowed in ${Object.keys(next).length} files`)
}

function check() {
  const { over, under } = compare(findings, allowed)
  report(over)
  for (const [path, now, limit] of under) console.error(`${path}: ${now} findings, and ${limit} are allowed`)
  const isCurrent = withTable(glossary) === glossary
  if (under.length > 0)
    console.error(`\nfewer findings than allowed: update the list with npm run prose -- --update`)
  if (!isCurrent) console.error(`\n${glossaryPath} differs from words.mjs: npm run prose -- --update`)
  const isClean = over.length === 0 && under.length === 0 && isCurrent
  console.log(isClean ? `prose: ${findings.length} findings, as many as allowed` : '\nprose check failed')
  process.exitCode = isClean ? 0 : 1
}

/** Prints every finding of a file over its limit, since the count does not show which one is new. */
function report(over) {
  for (const [path, now, limit] of over) {
    console.error(`${path}: ${now} findings, and ${limit} are allowed`)
    for (const finding of findings.filter((each) => each.path === path)) console.error(`  ${line(finding)}`)
  }
}

function line({ path, line, rule, found, message }) {
  return `${path}:${line}  "${found}": ${message}  [${rule}]`
}
