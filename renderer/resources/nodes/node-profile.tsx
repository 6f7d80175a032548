import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, request } from '../../kube/fetch.ts'
import { type Profile, readProfile } from '../../tools/profile/pprof.ts'
import { ProfileView } from '../../tools/profile/profile-view.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { save } from '../../ui/save.ts'

type Capture = { kind: 'cpu' | 'heap'; at: number; bytes: Uint8Array<ArrayBuffer>; profile: Profile }

/** Captures outlive the panel: going to another tab and back keeps them. By context and node. */
const captures = new Map<string, Capture>()
const secondChoices = [1, 5, 10, 30]

export function NodeProfile({ context, node }: { context: string; node: string }) {
  const { t } = useTranslation()
  const key = `${context}|${node}`
  const [seconds, setSeconds] = useState(5)
  const [capture, setCapture] = useState(captures.get(key))
  const [running, setRunning] = useState<{ kind: 'cpu' | 'heap'; abort: AbortController }>()
  const [error, setError] = useState<unknown>()
  useEffect(() => () => running?.abort.abort(), [running])

  const take = async (kind: 'cpu' | 'heap'): Promise<void> => {
    const abort = new AbortController()
    setRunning({ kind, abort })
    setError(undefined)
    try {
      const path = kind === 'cpu' ? `profile?seconds=${seconds}` : 'heap'
      const url = clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/debug/pprof/${path}`)
      const bytes = new Uint8Array(await (await request(url, { signal: abort.signal })).arrayBuffer())
      const taken = { kind, at: Date.now(), bytes, profile: await readProfile(bytes) }
      captures.set(key, taken)
      setCapture(taken)
    } catch (thrown) {
      if (!abort.signal.aborted) setError(thrown)
    } finally {
      if (!abort.signal.aborted) setRunning(undefined)
    }
  }
  const cancel = (): void => {
    running?.abort.abort()
    setRunning(undefined)
  }
  return (
    <div>
      <div className="log-bar">
        <Button onClick={() => void take('cpu')} disabled={running !== undefined}>
          {t('profile.cpu')}
        </Button>
        <select
          className="select"
          aria-label={t('profile.seconds')}
          value={seconds}
          onChange={(event) => setSeconds(Number(event.target.value))}
        >
          {secondChoices.map((choice) => (
            <option key={choice} value={choice}>
              {t('profile.secondsChoice', { count: choice })}
            </option>
          ))}
        </select>
        <Button variant="default" onClick={() => void take('heap')} disabled={running !== undefined}>
          {t('profile.heap')}
        </Button>
        {capture && !running && (
          <button
            type="button"
            className="icon-button"
            onClick={() => void save(`${node}-${capture.kind}.pb.gz`, new Blob([capture.bytes]))}
          >
            <Icon name="save" size={14} />
            {t('profile.save')}
          </button>
        )}
      </div>
      {running && (
        <div className="notice" role="status">
          {running.kind === 'cpu' ? t('profile.running', { count: seconds, node }) : t('common.loading')}
          <button type="button" className="icon-button" onClick={cancel}>
            {t('common.cancel')}
          </button>
        </div>
      )}
      {error !== undefined && <ErrorView error={error} />}
      {capture ? (
        <ProfileView key={capture.at} profile={capture.profile} />
      ) : (
        !running && error === undefined && <p className="profile-hint dim">{t('profile.hint', { node })}</p>
      )}
    </div>
  )
}
