/**
 * Asks the leaders of groups, wherever they are: whoever is asked and does not lead says who may. A question is asked
 * again until it is answered or taken back, so every request can be asked twice.
 */
import type { Body, Json, Message, World } from '../../../harness/api.ts'
import type { GroupRequest } from './messages.ts'
import { replicasOf } from './placement.ts'

/** Who does not answer for so long may be gone, ms. */
const ANSWER_MS = 150
/** Where nobody is known to lead the next one is asked after so long, ms. */
const NEXT_MS = 20

interface Question {
  readonly group: string
  readonly request: GroupRequest
  readonly answered: (answer: Json) => void
  target: string
  cancel: () => void
}

export class Router {
  private readonly run: string
  private questions = 0
  private readonly open = new Map<string, Question>()
  /** Who answered last. */
  private readonly leaders = new Map<string, string>()

  constructor(private readonly world: World) {
    this.run = `${world.self}/${world.random()}`
  }

  /** @returns what takes the question back */
  ask(group: string, request: GroupRequest, answered: (answer: Json) => void): () => void {
    const id = `${this.run}/${++this.questions}`
    const target = this.leaders.get(group) ?? this.replicas(group)[0]!
    this.open.set(id, { group, request, answered, target, cancel: () => {} })
    this.send(id)
    return () => this.end(id)
  }

  /** Tells whoever leads once, without an answer. */
  tell(group: string, request: GroupRequest): void {
    const target = this.leaders.get(group)
    if (target === undefined) return
    this.world.send(target, { type: 'ask', tablet: group, request: request as unknown as Json })
  }

  /** @returns whether the message was for it */
  receive({ src, body }: Message): boolean {
    if (body.type === 'told') this.told(src, body)
    else if (body.type === 'elsewhere') this.elsewhere(src, body)
    else return false
    return true
  }

  private told(src: string, { id, answer }: Body): void {
    const question = this.open.get(id as string)
    if (question === undefined) return
    this.end(id as string)
    this.leaders.set(question.group, src)
    question.answered(answer ?? null)
  }

  private elsewhere(src: string, { id, leader }: Body): void {
    const question = this.open.get(id as string)
    if (question === undefined || question.target !== src) return
    const isKnown = typeof leader === 'string' && leader !== src
    question.target = isKnown ? leader : this.after(question)
    this.later(id as string, question, isKnown ? 1 : NEXT_MS)
  }

  private send(id: string): void {
    const question = this.open.get(id)
    if (question === undefined) return
    const { group, request, target } = question
    this.world.send(target, { type: 'ask', id, tablet: group, request: request as unknown as Json })
    question.cancel()
    question.cancel = this.world.after(ANSWER_MS, () => {
      question.target = this.after(question)
      this.send(id)
    })
  }

  private later(id: string, question: Question, ms: number): void {
    question.cancel()
    question.cancel = this.world.after(ms, () => this.send(id))
  }

  private after({ group, target }: Question): string {
    const replicas = this.replicas(group)
    return replicas[(replicas.indexOf(target) + 1) % replicas.length]!
  }

  private end(id: string): void {
    this.open.get(id)?.cancel()
    this.open.delete(id)
  }

  private replicas(group: string): readonly string[] {
    return replicasOf(group, this.world.nodes)
  }
}
