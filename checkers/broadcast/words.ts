/** Puts each kind of anomaly of a channel into one sentence, and names the fewest operations that prove it for one message. */
import type { Anomaly } from '../checker.ts'
import { count, elementsOf, few } from '../guarded.ts'
import { NONE } from '../history.ts'
import { show } from '../model.ts'
import type { Missing } from './agreement.ts'
import type { Channel, Log } from './channel.ts'
import type { OutOfOrder } from './order.ts'
import type { Shown } from './reads.ts'

export class Words {
  constructor(private readonly channel: Channel) {}

  duplicated(found: readonly Shown[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const { message, read } = example
    const summary =
      `${count(found.length, 'message')} delivered more than once: ${this.few(found)}; ` +
      `${this.reading(read)} found ${this.name(message)} more than once`
    return this.anomaly('duplicated', summary, found, [this.sent(message), read.start])
  }

  phantom(found: readonly Shown[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const { message, read } = example
    const isUnknown = this.sent(message) === NONE
    const why = isUnknown ? 'nobody had broadcast it' : 'its broadcast began only later'
    const summary =
      `${count(found.length, 'message')} delivered that could not be there: ${this.few(found)}; ` +
      `${this.reading(read)} found ${this.name(message)}, but ${why}`
    return this.anomaly('phantom', summary, found, [read.start])
  }

  lost(found: readonly Missing[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const { message, lacking } = example
    const { history, acks, acknowledged } = this.channel
    const summary =
      `${found.length} of ${count(acknowledged, 'acknowledged message')} lost: ${this.few(found)}; ` +
      `the broadcast of ${this.name(message)} was acknowledged at ${history.moment(acks[message]!)}, and ` +
      `${this.reading(lacking)} did not find it, nor is it anywhere else in the end`
    return this.anomaly('lost', summary, found, [this.sent(message), lacking.start])
  }

  disagreement(found: readonly Missing[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const { message, lacking, holding } = example
    const summary =
      `${count(found.length, 'message')} delivered by some and not by others: ${this.few(found)}; ` +
      `${this.reading(holding!)} found ${this.name(message)}, and ${this.reading(lacking)} did not`
    const ops = [this.sent(message), holding!.start, lacking.start]
    return this.anomaly('disagreement', summary, found, ops)
  }

  outOfOrder(type: string, found: readonly OutOfOrder[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const { earlier, later, read, other } = example
    const at = read.messages.indexOf(earlier) < 0 ? 'without' : 'before'
    const what = `${this.reading(read)} found ${this.name(later)} ${at} ${this.name(earlier)}`
    const summary =
      `${count(found.length, 'delivery').replace('deliverys', 'deliveries')} out of order: ${what}, ` +
      `${this.why(example)}`
    const reads = [read, ...(other === undefined ? [] : [other])].map(({ start }) => start)
    const ops = [this.sent(earlier), this.sent(later), ...reads]
    const elements = [{ message: earlier }, { message: later }]
    return this.anomaly(type, summary, elements, ops)
  }

  /** What the order should have been, and who says so. */
  private why({ earlier, later, other }: OutOfOrder): string {
    const { after, senders, history, acks, starts } = this.channel
    if (other !== undefined) return `and ${this.reading(other)} the other way round`
    const sender = senders[later]!
    if (after[later]!.includes(earlier))
      return `but ${sender} had delivered ${this.name(earlier)} when it broadcast ${this.name(later)}`
    return (
      `but ${sender} had broadcast ${this.name(earlier)} by ${history.moment(acks[earlier]!)}, and ` +
      `${this.name(later)} only from ${history.moment(starts[later]!)} on`
    )
  }

  private few(found: readonly { readonly message: number }[]): string {
    return few(found.map(({ message }) => this.name(message)))
  }

  private name(message: number): string {
    return show(this.channel.messages[message]!)
  }

  private sent(message: number): number {
    return this.channel.starts[message]!
  }

  private reading({ start, end, site }: Log): string {
    const { process } = this.channel.history.columns
    const who = `process ${process[start]}`
    const where = site === who ? '' : ` at ${site}`
    return `${who}${where}, reading at ${this.channel.history.moment(end)},`
  }

  private anomaly(
    type: string,
    summary: string,
    found: readonly { readonly message: number }[],
    positions: readonly number[],
  ): Anomaly {
    const { history, key, messages } = this.channel
    const { index } = history.columns
    const where = key === undefined ? '' : `channel ${key}: `
    return {
      type,
      summary: where + summary,
      ops: positions.map((at) => index[at]!).sort((a, b) => a - b),
      elements: elementsOf(found.map(({ message }) => messages[message]!)),
    }
  }
}
