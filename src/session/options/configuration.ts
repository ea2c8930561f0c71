/** The options of a session and the settings that follow from them. */
import type { SessionOptions } from '../api/session.ts'
import { sessionOptionsOf } from './renamed.ts'
import { type Settings, toSettings } from './settings.ts'

/** The options and settings as all parts see them. They change with `session.update`. */
export interface Configuration {
  readonly options: SessionOptions
  readonly settings: Settings
}

/** The owner of the options; only the effect of `session.update` holds it. */
export class SessionConfiguration implements Configuration {
  options: SessionOptions
  settings: Settings

  constructor(options: SessionOptions) {
    this.options = sessionOptionsOf(options)
    this.settings = toSettings(this.options)
  }

  /** Changes some of the options. They are checked before. */
  update(changes: SessionOptions): void {
    this.options = sessionOptionsOf({ ...this.options, ...sessionOptionsOf(changes) })
    this.settings = toSettings(this.options)
  }
}
