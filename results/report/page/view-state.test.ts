import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { View } from './view-state.ts'

const END = 60e9

describe('a view', () => {
  test('never leaves the run, however it is moved', () => {
    const number = fc.oneof(fc.double(), fc.double({ min: -1e11, max: 1e11, noNaN: true }))
    const moves = fc.oneof(
      fc.record({ from: number, to: number }).map((window) => (view: View) => view.look(window)),
      number.map((part) => (view: View) => view.pan(part)),
      fc.tuple(number, number).map(
        ([factor, around]) =>
          (view: View) =>
            view.zoom(factor, around),
      ),
    )
    fc.assert(
      fc.property(fc.array(moves), (all) => {
        const view = new View(END)
        for (const move of all) {
          move(view)
          const { from, to } = view.state.window
          expect(from).toBeGreaterThanOrEqual(0)
          expect(to).toBeLessThanOrEqual(END * 1.000001)
          expect(to).toBeGreaterThan(from)
        }
      }),
    )
  })

  test('is found again by its address', () => {
    const texts = fc.string({ minLength: 1 })
    fc.assert(
      fc.property(
        fc.integer({ min: 0 }),
        fc.integer({ min: 0, max: END - 2e9 }),
        fc.record(
          { key: fc.string(), query: texts, process: fc.integer(), f: texts, node: texts },
          { requiredKeys: [] },
        ),
        (op, from, filter) => {
          const view = new View(END)
          view.select(op)
          view.look({ from, to: from + 1e9 })
          view.narrow(filter)
          const again = new View(END, `#${view.address}`)
          expect(again.state.op).toBe(op)
          expect(again.state.filter).toEqual(filter)
          expect(again.state.window.from).toBeCloseTo(from, 0)
          expect(again.address).toBe(view.address)
        },
      ),
    )
  })

  test('takes from an address what it understands', () => {
    const view = new View(END, '#op=12&from=1.5&to=x&outcome=maybe&process=&more=1')
    expect(view.state).toEqual({ op: 12, filter: {}, window: { from: 1.5e9, to: END } })
    expect(new View(END, '#%E0%A4%A').state.op).toBe(undefined)
    expect(new View(END, '#op=abc&from=-5&to=1e9').state.window).toEqual({ from: 0, to: END })
    expect(new View(0, '#from=1').state.window.to).toBeGreaterThan(0)
  })

  test('tells who listens until they leave', () => {
    const view = new View(END)
    let heard = 0
    const leave = view.subscribe(() => heard++)
    view.select(1)
    leave()
    view.select(2)
    expect(heard).toBe(1)
  })
})
