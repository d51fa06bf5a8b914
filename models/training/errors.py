"""What is wrong with the flags or the data: said without a traceback, since the code is not what needs mending."""


class UserError(ValueError):
    """Names what was given, what is allowed and what to do."""


class AnnotationError(UserError):
    """What is wrong with a data set and where."""
