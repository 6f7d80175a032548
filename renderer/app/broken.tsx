import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../ui/copy-button.tsx'

interface Props {
  /** Another one is another place: it is drawn anew. */
  place: string
  children: ReactNode
}

interface State {
  place: string
  error: Error | undefined
}

/** A fault of ours in one place leaves the rest of the window as it is, and says what it is. */
export class Broken extends Component<Props, State> {
  override state: State = { place: this.props.place, error: undefined }

  static getDerivedStateFromProps({ place }: Props, state: State): State | null {
    return place === state.place ? null : { place, error: undefined }
  }

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <Fault error={error} onAgain={() => this.setState({ error: undefined })} /> : this.props.children
  }
}

function Fault({ error, onAgain }: { error: Error; onAgain(): void }) {
  const { t } = useTranslation()
  return (
    <div className="empty" role="alert">
      <h2>{t('broken.title')}</h2>
      <p>{t('broken.next')}</p>
      <p className="mono">{error.message}</p>
      <button type="button" className="icon-button action" onClick={onAgain}>
        {t('errors.retry')}
      </button>
      <CopyButton text={`${error.message}\n${error.stack ?? ''}`} label={t('errors.copy')} />
    </div>
  )
}
