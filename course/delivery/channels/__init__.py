"""One file a channel, each behind `course.delivery.channels.base.Channel`. Channels see plain values, never a model."""
