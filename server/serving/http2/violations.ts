import { ConnectionError, defaultMaxFrameSize, errorCode, maxWindow, setting } from './constants.ts'

/** Each breaks the connection, with the code and the words of its GOAWAY. */
export const fail = (code: number, message: string): never => {
  throw new ConnectionError(code, message)
}
export const protocolError = (message: string): never => fail(errorCode.protocolError, message)

const maxSettings = 100

/** As many entries as Go's server takes. One name may come more than once: the last value holds (RFC 9113 §6.5.3). */
export function checkSettings(start: number, end: number): void {
  if ((end - start) % 6 !== 0) fail(errorCode.frameSizeError, 'SETTINGS length')
  if ((end - start) / 6 > maxSettings) protocolError('too many SETTINGS')
}

/** The values that RFC 9113 §6.5.2 allows. */
export function checkSetting(name: number, value: number): void {
  if (name === setting.enablePush && value > 1) protocolError('SETTINGS_ENABLE_PUSH')
  if (name === setting.maxFrameSize && (value < defaultMaxFrameSize || value > 0xff_ffff)) protocolError('SETTINGS_MAX_FRAME_SIZE')
  if (name === setting.initialWindowSize && value > maxWindow) fail(errorCode.flowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE')
}
