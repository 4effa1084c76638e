"""An accessible course by email and text message: the engine and the sample course it runs."""
