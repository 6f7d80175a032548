import './plain-text.css'
import { piecesOf } from './unseen.ts'

/** A text in which what cannot be seen is shown by its code: nobody applies what reads as something else. */
export function PlainText({ text }: { text: string }) {
  const pieces = piecesOf(text)
  if (pieces.length === 1 && pieces[0]?.code === undefined) return text
  return pieces.map((piece, index) =>
    piece.code === undefined ? (
      <bdi key={index}>{piece.text}</bdi>
    ) : (
      <span key={index} className="unseen">
        {piece.code}
      </span>
    ),
  )
}
