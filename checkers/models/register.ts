/** A register with read and write alone: the compare-and-set register without its third operation. */
import { type Model, NotInModel, type Primitive, type Settings } from '../model.ts'
import { configure as casRegister, type RegisterOp } from './cas-register.ts'

/** A register with other settings than the default ones. */
export const configure = (settings: Settings = {}): Model<Primitive, RegisterOp> => {
  const model = casRegister(settings)
  return {
    ...model,
    name: 'register',
    summary: 'a register with read and write; the key parts the history',
    configure,
    ...(model.registers && { registers: { ...model.registers, cas: false } }),
    operation: (recorded) => {
      if (recorded.f === 'cas') throw new NotInModel('f "cas": expected read or write')
      return model.operation(recorded)
    },
  }
}

export default configure()
