/** A real Chromium, and pages whose problems are recorded. */
import { existsSync } from 'node:fs'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

/** Finds a browser: named, installed, or from a package; null if there is none. */
export async function findBrowser(): Promise<string | null> {
  const named = process.env.CHROMIUM
  if (named !== undefined) return named
  const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  )
  if (installed !== undefined) return installed
  try {
    const name = '@sparticuz/chromium'
    const { default: packed } = (await import(name)) as { default: { executablePath(): Promise<string> } }
    return await packed.executablePath()
  } catch {
    return null
  }
}

export async function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}

/** A page and its problems. */
export interface WatchedPage {
  readonly page: Page
  /** Errors of the console and of scripts, dialogs, requests to other hosts, broken text. */
  readonly problems: string[]
  /** Checks the visible text as well. */
  check(): Promise<string[]>
}

export function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Helsinki',
    reducedMotion: 'reduce',
    viewport: { width: 1200, height: 800 },
    ...options,
  })
}

/** Opens a page on a site and records its problems. `mayFail`: while the server is down, failed loads are not problems. */
export async function openPage(
  context: BrowserContext,
  url: string,
  isFine: (problem: string) => boolean = () => false,
): Promise<WatchedPage> {
  const page = await context.newPage()
  // Shorter than the timeout of a test, so that the error names the step that hangs.
  page.setDefaultTimeout(12_000)
  const { origin } = new URL(url)
  const problems: string[] = []
  const note = (problem: string): void => {
    if (!isFine(problem)) problems.push(problem)
  }
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => note(`script: ${error.message}`))
  page.on('dialog', (dialog) => {
    if (dialog.type() === 'confirm') return void dialog.accept()
    note(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:'))
      note(`request: ${request.url()}`)
  })
  await page.goto(url)
  return {
    page,
    problems,
    async check() {
      const text = String(await page.evaluate('document.body.innerText'))
      for (const broken of ['undefined', '[object Object]', 'NaN', 'Invalid Date'])
        if (text.includes(broken)) problems.push(`text: '${broken}' on ${page.url()}`)
      return problems
    },
  }
}

/** Navigates to a place of the page. Code for the page is text here, as this program has no `document`. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(place)}`)
}

/**
 * Resolves when an expression is true in the page, which evaluates it every 20 ms. Playwright's own method compiles
 * text in the page, which the page's policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `new Promise((done) => { const look = () => ((${expression}) === true ? done() : setTimeout(look, 20)); look() })`,
  )
}

/** Navigates to a place and waits until it shows its content. */
export async function visit(page: Page, place: string): Promise<void> {
  await goTo(page, place)
  await until(
    page,
    `[...document.querySelectorAll('main')].some((main) => !main.textContent.includes('Loading …'))`,
  )
}

/** Waits until the first element of a kind has exactly the given text. */
export async function textIs(page: Page, selector: string, text: string): Promise<void> {
  await until(
    page,
    `document.querySelector(${JSON.stringify(selector)})?.textContent === ${JSON.stringify(text)}`,
  )
}

/** All places of the dashboard. */
export const places = [
  '#/',
  '#/tasks',
  '#/tasks/night/why',
  '#/tasks/night/chart',
  '#/tasks/quick/runs',
  '#/tasks/quick/log',
  '#/tasks/night/settings',
  '#/timeline',
  '#/graph',
  '#/sequence',
  '#/log',
  '#/log/notes',
  '#/session',
  '#/session/chart',
  '#/session/params',
  '#/session/send',
] as const
