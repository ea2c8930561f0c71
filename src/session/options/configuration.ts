/** The options of a session and the settings that follow from them. */
import type { SessionOptions } from '../api/session.ts'
import { sessionOptionsOf } from './renamed.ts'
import { type Settings, toSettings } from './settings.ts'

/** The read-only options and settings, which change with `session.update`. */
export interface Configuration {
  readonly options: SessionOptions
  readonly settings: Settings
}

/** The owner of the options; only the effect of `session.update` changes them. */
export class SessionConfiguration implements Configuration {
  options: SessionOptions
  settings: Settings

  constructor(options: SessionOptions) {
    this.options = sessionOptionsOf(options)
    this.settings = toSettings(this.options)
  }

  /** Changes some of the options. The caller has validated them. */
  update(changes: SessionOptions): void {
    this.options = sessionOptionsOf({ ...this.options, ...sessionOptionsOf(changes) })
    this.settings = toSettings(this.options)
  }
}
