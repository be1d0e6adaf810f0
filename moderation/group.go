package moderation

// Priorities come in levels, a multiple of priorityLevel each.
const priorityLevel = 50

// PriorityOf is the place of a case in the queue: the level that its reports
// have, and within it the number of reports. However many report a thing, they
// bring it before others of its level and never above a graver one.
func PriorityOf(priority, reports int) int {
	return priority/priorityLevel*priorityLevel + min(max(reports, 1), priorityLevel) - 1
}
