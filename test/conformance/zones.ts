import { pathToFileURL } from 'node:url'
import { checkChange, type Tally } from './zones/zone-checks.ts'
import { changesOf, ZoneModel } from './zones/zone-model.ts'

/**
 * Comparison of our calendar with an independent model at every change of offset from 2000 to 2037 of every zone. Zone
 * names as arguments select zones; `--sample` selects the thirty of the gate.
 */

/** Zones with different rules: half-hour and two-hour shifts, a missing day, midnight gaps, changes in pairs. */
export const sampleZones: readonly string[] = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/Windhoek',
  'America/Asuncion',
  'America/Caracas',
  'America/Havana',
  'America/Los_Angeles',
  'America/New_York',
  'America/Nuuk',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Antarctica/Casey',
  'Antarctica/Troll',
  'Asia/Amman',
  'Asia/Beirut',
  'Asia/Dhaka',
  'Asia/Gaza',
  'Asia/Pyongyang',
  'Asia/Tehran',
  'Atlantic/Azores',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/Helsinki',
  'Europe/Moscow',
  'Pacific/Apia',
  'Pacific/Fakaofo',
  'Pacific/Norfolk',
]

export interface ZoneReport extends Tally {
  readonly zones: number
  changes: number
}

/** Checks the zones and counts the checks; with `every`, only each n-th change of zones that change often. */
export function checkZones(zones: readonly string[], every = 1): ZoneReport {
  const report: ZoneReport = { zones: zones.length, changes: 0, checks: 0, differences: [] }
  for (const zone of zones) {
    const model = new ZoneModel(zone)
    const changes = [...changesOf(zone)]
    // A zone with few changes has special ones, such as Apia's missing day: none is skipped.
    const chosen = changes.length < 12 ? changes : changes.filter((_, i) => i % every === 0)
    for (const change of chosen) {
      report.changes++
      checkChange(change, model, report)
    }
  }
  return report
}

/** The report in one line. */
export function printZoneReport({ zones, changes, checks, differences }: ZoneReport): string {
  return `${zones} zones × ${changes} changes × ${checks} checks: ${differences.length} differences`
}

function main(args: readonly string[]): void {
  const named = args.filter((arg) => !arg.startsWith('-'))
  const zones = args.includes('--sample')
    ? sampleZones
    : named.length > 0
      ? named
      : Intl.supportedValuesOf('timeZone')
  const report = checkZones(zones)
  const kinds = new Map(
    report.differences.map((found) => [`${found.zone} ${found.period} ${found.question}`, found]),
  )
  for (const { zone, at, period, question, want, got } of [...kinds.values()].slice(0, 40)) {
    console.log(`${zone} ${at} ${period}: ${question}\n  want ${want}\n  got  ${got}`)
  }
  console.log(printZoneReport(report))
  process.exitCode = report.differences.length > 0 ? 1 : 0
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2))
