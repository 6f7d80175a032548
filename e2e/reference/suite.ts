import { afterAll, beforeAll, expect } from 'vitest'
import { HookServer } from '../../server/webhook/testing/hook-server.ts'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { type Answers, answering, answeringWith, type Request } from './play.ts'

type Answering = Awaited<ReturnType<typeof answering>>

/** Who answers a suite, for as long as the tests of the `describe` run in which it is made. */
export interface Suite {
  readonly answers: Answers
  readonly api: Api
  /** A test of one request: it is answered as the reference answered it. */
  play(this: void, request: Request): Promise<void>
}

export interface HookedSuite extends Suite {
  /** Where the server's webhooks are. */
  readonly hooks: HookServer
}

/** @param open default: a server without flags of its own */
export function suiteOf(answers: Answers, open: () => Promise<Answering> = () => answering(answers)): Suite {
  let server: Answering | undefined
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server?.close())
  return {
    answers,
    get api() {
      return server!.api
    },
    async play(request) {
      const { answer, wanted } = await answers.play(server!.api, request)
      expect(answer).toStrictEqual(wanted)
    },
  }
}

/** Creates what the requests of a suite need. */
export async function prepare({ answers, api }: Suite, preparations: readonly Request[]): Promise<void> {
  for (const request of preparations) {
    const { answer } = await answers.play(api, request)
    expect([request.name, answer.status]).toEqual([request.name, 201])
  }
}

/** A suite on a server with flags of its own, which say where a webhook is. */
export function hookedSuiteOf(answers: Answers, flagsOf: (hooks: HookServer, setting: Setting) => readonly string[]): HookedSuite {
  const setting = new Setting()
  let hooks: HookServer | undefined
  // Hooks of vitest end in the opposite order: the server goes first.
  afterAll(async () => {
    await hooks?.[Symbol.asyncDispose]()
    setting[Symbol.dispose]()
  })
  const suite = suiteOf(answers, async () => {
    hooks = await HookServer.open()
    const flags = flagsOf(hooks, setting)
    answers.masks.set(`127.0.0.1:${hooks.port}`, 'HOOK')
    return answeringWith(answers, { flags, token: setting.token })
  })
  return {
    answers,
    play: suite.play,
    get api() {
      return suite.api
    },
    get hooks() {
      return hooks!
    },
  }
}
