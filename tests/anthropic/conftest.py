"""The stand-in of the providers: one server for the session, emptied for every test."""

from tests.providers.standin.fixtures import standin, standin_of_session

__all__ = ["standin", "standin_of_session"]
