import { CopyButton } from './copy-button.tsx'
import './command.css'

/** A command line to copy. It breaks between words only: a browser would break it behind each hyphen. */
export function Command({ text }: { text: string }) {
  return (
    <span className="command">
      <code>
        {text.split(' ').map((word, index) => (
          <span key={`${index} ${word}`}>
            {index > 0 && ' '}
            <span className="command-word">{word}</span>
          </span>
        ))}
      </code>
      <CopyButton text={text} />
    </span>
  )
}
