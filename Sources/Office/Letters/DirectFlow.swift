import Flows

/// The flow of mailboxes that name none: signed for, then answered or declined. As `zones/flows/direct.yaml` has it, which a
/// test compares.
let directFlow: FlowDefinition = {
  guard let flow = FlowDefinition.parse(directFlowText, file: "direct.yaml") else {
    // The text stands below, and DeliveredFlowTests read it.
    preconditionFailure("the built-in flow cannot be read")
  }
  return flow
}()

let directFlowText = """
  # The shortest way of a letter: signed for, then answered or declined by who signed for it or by the unit's handlers.
  # A mailbox takes this flow where mailboxes.yaml names none. The words of this language: docs/flows.md.
  flow: direct
  version: 1
  subject: letter
  title: {zh: 直接答复, en: Answered directly}
  fallback: {role: clerk, of: mailbox}
  clock:
    question:   {working-days: 5}
    suggestion: {days: 15}
    complaint:  {days: 15}
  start: arrived
  states:
    arrived:
      title: {zh: 待办理, en: to do}
      folder: to-do
      holder: {role: clerk, of: mailbox}
      limit: {working-days: 1, then: urge, to: {role: leader, of: mailbox}}
      steps:
        sign-for: {to: handling}
    handling:
      title: {zh: 办理中, en: being handled}
      folder: tracking
      holder: {role: clerk, of: mailbox}
      limit: {working-days: 4, then: urge, to: {role: leader, of: mailbox}}
      steps:
        answer: {to: answered, by: [{role: clerk, of: mailbox}, {role: handler, of: mailbox}], needs: [answer, visibility], sets: {outcome: answered}}
        decline: {to: declined, needs: [reason], sets: {outcome: declined}}
    answered:
      title: {zh: 审理完成, en: concluded}
      folder: concluded
      end: true
    declined:
      title: {zh: 不予受理, en: declined}
      folder: declined
      end: true

  """
